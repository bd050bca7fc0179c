#include "pki/output/silent_terminal.h"

#include <algorithm>
#include <array>

namespace pki::output {
namespace {

constexpr std::array<int, 5> kHeld{SIGINT, SIGTERM, SIGHUP, SIGQUIT, SIGTSTP};

}  // namespace

HeldSignals::HeldSignals() {
  sigset_t held;
  sigemptyset(&held);
  for (const int signal : kHeld) sigaddset(&held, signal);
  ::pthread_sigmask(SIG_BLOCK, &held, &before_);
}

HeldSignals::~HeldSignals() {
  ::pthread_sigmask(SIG_SETMASK, &before_, nullptr);
}

bool HeldSignals::is_one_waiting() const noexcept {
  sigset_t waiting;
  sigemptyset(&waiting);
  ::sigpending(&waiting);
  return std::any_of(kHeld.begin(), kHeld.end(), [&](int signal) {
    return sigismember(&waiting, signal) == 1 && sigismember(&before_, signal) == 0;
  });
}

SilentTerminal::SilentTerminal(int fd) : fd_(fd), is_silent_(::tcgetattr(fd, &before_) == 0) {
  if (!is_silent_) return;
  termios silent = before_;
  silent.c_lflag &= ~static_cast<tcflag_t>(ECHO);
  is_silent_ = ::tcsetattr(fd, TCSAFLUSH, &silent) == 0;
}

SilentTerminal::~SilentTerminal() {
  if (is_silent_) (void)::tcsetattr(fd_, TCSAFLUSH, &before_);
}

}  // namespace pki::output
