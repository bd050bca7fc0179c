#include "provisioner/hypervisor/console.h"

#include <poll.h>
#include <sys/socket.h>
#include <termios.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <csignal>
#include <string>
#include <string_view>

namespace provisioner::hypervisor {
namespace {

constexpr std::size_t kConsoleChunk = 4096;
constexpr int kLookForSignals = 200;             // ms
constexpr std::size_t kMostWaiting = 64 * 1024;  // of what is typed and not yet taken

base::Failure cannot(std::string_view doing) {
  return base::fail("cannot {}: {}", doing, base::errno_text(errno));
}

// A terminal that passes on every key as it is pressed; as it was once this ends. Nothing happens to what is no
// terminal.
class RawTerminal {
 public:
  explicit RawTerminal(int fd) : fd_(fd) {
    if (::tcgetattr(fd, &before_) != 0) return;
    termios raw = before_;
    ::cfmakeraw(&raw);
    is_raw_ = ::tcsetattr(fd, TCSADRAIN, &raw) == 0;
  }
  RawTerminal(const RawTerminal&) = delete;
  RawTerminal& operator=(const RawTerminal&) = delete;
  ~RawTerminal() {
    if (is_raw_) ::tcsetattr(fd_, TCSADRAIN, &before_);
  }

 private:
  int fd_;
  termios before_{};
  bool is_raw_ = false;
};

// Signals that would end the program are held back, and looked for now and then: the terminal has to be put back first.
class HeldSignals {
 public:
  explicit HeldSignals(std::initializer_list<int> signals) {
    ::sigemptyset(&held_);
    for (const int signal : signals) ::sigaddset(&held_, signal);
    ::pthread_sigmask(SIG_BLOCK, &held_, &before_);
  }
  HeldSignals(const HeldSignals&) = delete;
  HeldSignals& operator=(const HeldSignals&) = delete;
  ~HeldSignals() { ::pthread_sigmask(SIG_SETMASK, &before_, nullptr); }

  // Takes one that has come.
  [[nodiscard]] bool take() const {
    sigset_t pending{};
    ::sigpending(&pending);
    for (const int signal : {SIGTERM, SIGHUP, SIGINT}) {
      if (::sigismember(&held_, signal) != 1 || ::sigismember(&pending, signal) != 1) continue;
      int taken = 0;
      return ::sigwait(&held_, &taken) == 0;
    }
    return false;
  }

 private:
  sigset_t held_{};
  sigset_t before_{};
};

class Talk {
 public:
  Talk(int console, int in, int out, bool is_terminal)
      : console_(console), in_(in), out_(out), is_terminal_(is_terminal) {}

  base::Result<ConsoleEnd> run(const HeldSignals& signals) {
    while (true) {
      std::array<pollfd, 2> fds{{{console_, static_cast<short>(waiting_.empty() ? POLLIN : POLLIN | POLLOUT), 0},
                                 {wants_input(), POLLIN, 0}}};
      const int ready = ::poll(fds.data(), fds.size(), kLookForSignals);
      if (signals.take()) return ConsoleEnd::kToldToEnd;
      if (ready < 0 && errno != EINTR) return cannot("wait for the console");
      if (ready < 0) continue;
      if (fds[1].revents != 0 && !take_input()) return ConsoleEnd::kLeft;
      if ((fds[0].revents & POLLOUT) != 0) pass_on();
      if ((fds[0].revents & (POLLIN | POLLHUP | POLLERR)) == 0) continue;
      const auto shown = show();
      if (!shown) return base::Failure(shown.error());
      if (!*shown) return ConsoleEnd::kMachineEnded;
    }
  }

 private:
  // poll passes over -1.
  [[nodiscard]] int wants_input() const { return waiting_.size() < kMostWaiting ? in_ : -1; }

  // False: somebody wants to leave.
  bool take_input() {
    std::array<char, kConsoleChunk> some;  // NOLINT(*-member-init): read fills it
    const ssize_t n = ::read(in_, some.data(), some.size());
    if (n < 0 && (errno == EINTR || errno == EAGAIN)) return true;
    if (n <= 0) {
      in_ = -1;
      return !is_terminal_;
    }
    const std::string_view typed(some.data(), static_cast<std::size_t>(n));
    const auto leave = is_terminal_ ? typed.find(kLeave) : std::string_view::npos;
    waiting_ += typed.substr(0, leave);
    pass_on();
    return leave == std::string_view::npos;
  }

  // A machine that reads nothing must not hold up what it writes.
  void pass_on() {
    const ssize_t n = ::send(console_, waiting_.data(), waiting_.size(), MSG_NOSIGNAL | MSG_DONTWAIT);
    if (n > 0) waiting_.erase(0, static_cast<std::size_t>(n));
  }

  // False: the end.
  base::Result<bool> show() {
    std::array<char, kConsoleChunk> some;  // NOLINT(*-member-init): recv fills it
    const ssize_t n = ::recv(console_, some.data(), some.size(), MSG_DONTWAIT);
    if (n < 0 && (errno == EINTR || errno == EAGAIN)) return true;
    if (n <= 0) return false;
    std::string_view rest(some.data(), static_cast<std::size_t>(n));
    while (!rest.empty()) {
      const ssize_t written = ::write(out_, rest.data(), rest.size());
      if (written < 0 && errno == EAGAIN) {
        pollfd room{out_, POLLOUT, 0};
        ::poll(&room, 1, 1000);
        continue;
      }
      if (written < 0 && errno == EINTR) continue;
      if (written < 0) return cannot("show the console");
      rest.remove_prefix(static_cast<std::size_t>(written));
    }
    return true;
  }

  int console_;
  int in_;  // -1: has ended
  int out_;
  bool is_terminal_;
  std::string waiting_;  // typed, and not yet taken by the machine
};

}  // namespace

base::Result<ConsoleEnd> attach_console(const base::UniqueFd& console, int in, int out) {
  const bool is_terminal = ::isatty(in) == 1;
  // A raw terminal sends no SIGINT; one that somebody else sends ends us anyway.
  const HeldSignals signals{SIGTERM, SIGHUP, SIGINT};
  const RawTerminal terminal(in);
  return Talk(console.get(), in, out, is_terminal).run(signals);
}

}  // namespace provisioner::hypervisor
