// BlockedSignals: while it lives, threads that are started get no signals, as a thread inherits the mask of the one
// that starts it. Signals belong to the control thread.
#pragma once

#include <pthread.h>

#include <csignal>

namespace base {

class BlockedSignals {
 public:
  BlockedSignals() noexcept {
    sigset_t all{};
    ::sigfillset(&all);
    ::pthread_sigmask(SIG_SETMASK, &all, &old_);
  }
  ~BlockedSignals() { ::pthread_sigmask(SIG_SETMASK, &old_, nullptr); }
  BlockedSignals(const BlockedSignals&) = delete;
  BlockedSignals& operator=(const BlockedSignals&) = delete;

 private:
  sigset_t old_{};
};

}  // namespace base
