#include "pki/output/passphrase.h"

#include <fcntl.h>
#include <poll.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <optional>

#include "lib/base/unique_fd.h"
#include "pki/output/secret_file.h"
#include "pki/output/silent_terminal.h"

namespace pki::output {
namespace {

constexpr std::size_t kLongestPassphrase = 1023;  // OpenSSL reads no longer ones
constexpr int kLookForSignals = 100;              // milliseconds

bool tell(int fd, std::string_view text) {
  return ::write(fd, text.data(), text.size()) == static_cast<ssize_t>(text.size());
}

// One line; nothing: a signal waits.
std::optional<crypto::SecretText> read_line(int fd, const HeldSignals& signals) {
  crypto::SecretText line(kLongestPassphrase);
  std::size_t size = 0;
  while (size < line.capacity()) {
    if (signals.is_one_waiting()) return std::nullopt;
    pollfd typed{fd, POLLIN, 0};
    if (::poll(&typed, 1, kLookForSignals) <= 0) continue;
    char* const next = line.data() + size;
    const ssize_t n = ::read(fd, next, 1);
    if (n < 0 && errno == EINTR) continue;
    if (n <= 0 || *next == '\n') break;
    ++size;
  }
  line.set_size(size);
  return line;
}

// Nothing: a signal came that did not end us; the terminal is as it was.
base::Result<std::optional<crypto::SecretText>> ask_once(int fd, const std::filesystem::path& terminal,
                                                         std::string_view question) {
  const HeldSignals signals;  // first, so that they come when all else is as it was
  const SilentTerminal silent(fd);
  if (!silent.is_silent()) {
    return base::fail("{} is no terminal, so the passphrase would be shown; give it by --ca-passphrase-file FILE",
                      terminal.string());
  }
  if (!tell(fd, question) || !tell(fd, " ")) return base::fail("cannot write to {}", terminal.string());
  auto line = read_line(fd, signals);
  (void)tell(fd, "\n");
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
  while (true) {
    auto line = ask_once(fd.get(), terminal, question);
    if (!line) return base::Failure(line.error());
    if (!*line) continue;
    if ((*line)->view().empty()) return base::fail("no passphrase was typed");
    return std::move(**line);
  }
}

base::Result<void> check_new_passphrase(std::string_view passphrase) {
  if (passphrase.size() >= kShortestPassphrase) return {};
  return base::fail("the passphrase has {} characters, and a machine guesses that; use at least {}", passphrase.size(),
                    kShortestPassphrase);
}

}  // namespace pki::output
