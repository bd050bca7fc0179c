// SilentTerminal and HeldSignals: a terminal that shows nothing of what is typed, and that is never left so. One
// thread.
#pragma once

#include <termios.h>

#include <csignal>

namespace pki::output {

// The signals that end or stop a program wait as long as this lives, and come when it goes. Without a handler, because
// what a handler may do is little, and what it would have to know is another's.
class HeldSignals {
 public:
  HeldSignals();
  ~HeldSignals();
  HeldSignals(const HeldSignals&) = delete;
  HeldSignals& operator=(const HeldSignals&) = delete;

  // Whether one has come. Those that were held before already do not count: they would come to nobody.
  [[nodiscard]] bool is_one_waiting() const noexcept;

 private:
  sigset_t before_{};
};

// Turns the echo off, and on again when it goes.
class SilentTerminal {
 public:
  explicit SilentTerminal(int fd);
  ~SilentTerminal();
  SilentTerminal(const SilentTerminal&) = delete;
  SilentTerminal& operator=(const SilentTerminal&) = delete;

  // False: it is no terminal.
  [[nodiscard]] bool is_silent() const noexcept { return is_silent_; }

 private:
  int fd_;
  termios before_{};
  bool is_silent_;
};

}  // namespace pki::output
