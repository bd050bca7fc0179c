#include "pki/output/passphrase.h"

#include <fcntl.h>
#include <termios.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>

#include "lib/base/unique_fd.h"
#include "pki/output/secret_file.h"

namespace pki::output {
namespace {

constexpr std::size_t kLongestPassphrase = 1023;  // OpenSSL reads no longer ones

// Turns the echo off, and on again when it goes.
class SilentTerminal {
 public:
  explicit SilentTerminal(int fd) : fd_(fd), is_silent_(::tcgetattr(fd, &before_) == 0) {
    if (!is_silent_) return;
    termios silent = before_;
    silent.c_lflag &= ~static_cast<tcflag_t>(ECHO);
    is_silent_ = ::tcsetattr(fd, TCSAFLUSH, &silent) == 0;
  }
  ~SilentTerminal() {
    if (is_silent_) (void)::tcsetattr(fd_, TCSAFLUSH, &before_);
  }
  SilentTerminal(const SilentTerminal&) = delete;
  SilentTerminal& operator=(const SilentTerminal&) = delete;

  [[nodiscard]] bool is_silent() const noexcept { return is_silent_; }

 private:
  int fd_;
  termios before_{};
  bool is_silent_;
};

bool tell(int fd, std::string_view text) {
  return ::write(fd, text.data(), text.size()) == static_cast<ssize_t>(text.size());
}

crypto::SecretText read_line(int fd) {
  crypto::SecretText line(kLongestPassphrase);
  std::size_t size = 0;
  char c = 0;
  while (size < line.capacity()) {
    const ssize_t n = ::read(fd, &c, 1);
    if (n < 0 && errno == EINTR) continue;
    if (n <= 0 || c == '\n') break;
    line.data()[size++] = c;
  }
  line.set_size(size);
  return line;
}

}  // namespace

base::Result<crypto::SecretText> read_passphrase_file(const std::filesystem::path& path) {
  auto text = read_secret_file(path);
  if (!text) return base::Failure(text.error());
  const std::string_view whole = text->view();
  std::size_t size = std::min(whole.find('\n'), whole.size());
  if (size > 0 && whole[size - 1] == '\r') --size;
  if (size == 0) return base::fail("{}: its first line is empty; write the passphrase there", path.string());
  if (size > kLongestPassphrase) {
    return base::fail("{}: its first line is longer than {} characters", path.string(), kLongestPassphrase);
  }
  text->set_size(size);
  return text;
}

base::Result<crypto::SecretText> ask_on_terminal(const std::filesystem::path& terminal, std::string_view question) {
  const base::UniqueFd fd(::open(terminal.c_str(), O_RDWR | O_NOCTTY | O_CLOEXEC));
  if (!fd) {
    return base::fail("there is no terminal to ask for the passphrase ({}); give it by --ca-passphrase-file FILE",
                      base::errno_text(errno));
  }
  const SilentTerminal silent(fd.get());
  if (!silent.is_silent()) {
    return base::fail("{} is no terminal, so the passphrase would be shown; give it by --ca-passphrase-file FILE",
                      terminal.string());
  }
  if (!tell(fd.get(), question) || !tell(fd.get(), " ")) return base::fail("cannot write to {}", terminal.string());
  auto line = read_line(fd.get());
  (void)tell(fd.get(), "\n");
  if (line.view().empty()) return base::fail("no passphrase was typed");
  return line;
}

base::Result<void> check_new_passphrase(std::string_view passphrase) {
  if (passphrase.size() >= kShortestPassphrase) return {};
  return base::fail("the passphrase has {} characters, and a machine guesses that; use at least {}", passphrase.size(),
                    kShortestPassphrase);
}

}  // namespace pki::output
