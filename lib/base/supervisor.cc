#include "lib/base/supervisor.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <charconv>
#include <cstdlib>
#include <cstring>

namespace base {
namespace {

constexpr int kFirstActivated = 3;  // SD_LISTEN_FDS_START

std::string variable(const char* name) {
  const char* const value = std::getenv(name);  // NOLINT(concurrency-mt-unsafe): one thread yet
  return value == nullptr ? std::string() : value;
}

std::optional<long> number(const std::string& text) {
  long value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (text.empty() || error != std::errc{} || end != text.data() + text.size()) return std::nullopt;
  return value;
}

}  // namespace

Supervisor Supervisor::of_environment() {
  const auto pid = number(variable("WATCHDOG_PID"));
  const auto usec = number(variable("WATCHDOG_USEC"));
  std::optional<std::chrono::microseconds> watchdog;
  if (usec && *usec > 0 && (!pid || *pid == ::getpid())) watchdog = std::chrono::microseconds{*usec};
  return {variable("NOTIFY_SOCKET"), watchdog};
}

void Supervisor::tell(std::string_view lines) const noexcept {
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  if (socket_.empty() || socket_.size() >= sizeof address.sun_path) return;
  std::memcpy(address.sun_path, socket_.data(), socket_.size());
  if (address.sun_path[0] == '@') address.sun_path[0] = '\0';
  const UniqueFd fd(::socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0));
  if (!fd) return;
  const auto size = static_cast<socklen_t>(offsetof(sockaddr_un, sun_path) + socket_.size());
  ::sendto(fd.get(), lines.data(), lines.size(), MSG_NOSIGNAL | MSG_DONTWAIT,
           reinterpret_cast<const sockaddr*>(&address), size);
}

void Supervisor::tell_reloading() const noexcept {
  const auto now = std::chrono::steady_clock::now().time_since_epoch();
  const auto usec = std::chrono::duration_cast<std::chrono::microseconds>(now).count();
  tell(fmt::format("RELOADING=1\nMONOTONIC_USEC={}", usec));
}

std::optional<std::chrono::milliseconds> Supervisor::heartbeat() const noexcept {
  if (!watchdog_ || socket_.empty()) return std::nullopt;
  return std::chrono::duration_cast<std::chrono::milliseconds>(*watchdog_ / 2);
}

std::vector<UniqueFd> take_activated_descriptors() {
  const auto pid = number(variable("LISTEN_PID"));
  const auto count = number(variable("LISTEN_FDS"));
  for (const char* const name : {"LISTEN_PID", "LISTEN_FDS", "LISTEN_FDNAMES"}) {
    ::unsetenv(name);  // NOLINT(concurrency-mt-unsafe): one thread yet
  }
  std::vector<UniqueFd> fds;
  if (!pid || *pid != ::getpid() || !count) return fds;
  for (int fd = kFirstActivated; fd < kFirstActivated + *count; ++fd) {
    if (::fcntl(fd, F_SETFD, FD_CLOEXEC) == 0) fds.emplace_back(fd);
  }
  return fds;
}

}  // namespace base
