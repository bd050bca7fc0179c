// Interrupts: Ctrl-C, SIGTERM and SIGHUP, held back so that the demo can ask for them at a good moment and then clean
// up. Make it before any thread starts. One thread.
#pragma once

#include <pthread.h>

#include <csignal>

namespace tests::demo {

class Interrupts {
 public:
  Interrupts() noexcept {
    ::sigemptyset(&signals_);
    for (const int signal : {SIGINT, SIGTERM, SIGHUP}) ::sigaddset(&signals_, signal);
    ::pthread_sigmask(SIG_BLOCK, &signals_, nullptr);
  }

  [[nodiscard]] bool pending() const noexcept {
    sigset_t waiting;
    ::sigpending(&waiting);
    return ::sigismember(&waiting, SIGINT) == 1 || ::sigismember(&waiting, SIGTERM) == 1 ||
           ::sigismember(&waiting, SIGHUP) == 1;
  }

  void wait() const noexcept {
    int signal = 0;
    ::sigwait(&signals_, &signal);
  }

 private:
  sigset_t signals_{};
};

}  // namespace tests::demo
