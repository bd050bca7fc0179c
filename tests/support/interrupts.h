// Interrupts: Ctrl-C, SIGTERM and SIGHUP, held back so that a program can ask for them at a good moment and then clean
// up. Make it before any thread starts. One thread.
#pragma once

#include <pthread.h>

#include <chrono>
#include <csignal>
#include <ctime>

namespace tests::support {

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

  // Waits until then. True: one came before, and is taken.
  [[nodiscard]] bool came_before(std::chrono::steady_clock::time_point moment) const noexcept {
    while (true) {
      const auto left = moment - std::chrono::steady_clock::now();
      if (left.count() <= 0) return false;
      const auto whole = std::chrono::duration_cast<std::chrono::seconds>(left);
      const timespec time{whole.count(), static_cast<long>(std::chrono::nanoseconds(left - whole).count())};
      if (::sigtimedwait(&signals_, nullptr, &time) > 0) return true;
    }
  }

 private:
  sigset_t signals_{};
};

}  // namespace tests::support
