#include "lb/doctor/daemon_process.h"

#include <fcntl.h>
#include <poll.h>
#include <sys/socket.h>
#include <sys/un.h>

#include <array>
#include <cerrno>
#include <cstring>
#include <fstream>
#include <limits>
#include <nlohmann/json.hpp>
#include <sstream>

#include "lib/base/unique_fd.h"

namespace lb::doctor {
namespace {

using std::chrono::steady_clock;

constexpr std::string_view kQuestion = "GET /v1/status HTTP/1.1\r\nHost: keepstate-lb\r\nConnection: close\r\n\r\n";
constexpr std::size_t kLargestStatus = 64U << 20;

// errno, 0 where it is connected. It never waits: a daemon that hangs takes nobody out of its queue (EAGAIN).
int connect_now(const base::UniqueFd& fd, const std::string& path) {
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  if (path.size() >= sizeof address.sun_path) return ENAMETOOLONG;
  std::memcpy(address.sun_path, path.c_str(), path.size() + 1);
  if (!fd) return errno;
  ::fcntl(fd.get(), F_SETFD, FD_CLOEXEC);
  ::fcntl(fd.get(), F_SETFL, O_NONBLOCK);
  return ::connect(fd.get(), reinterpret_cast<const sockaddr*>(&address), sizeof address) == 0 ? 0 : errno;
}

// What came until the other side ended or the time was over.
std::string read_until(int fd, steady_clock::time_point deadline) {
  std::string bytes;
  std::array<char, 65536> room{};
  while (bytes.size() < kLargestStatus) {
    const auto left = std::chrono::ceil<std::chrono::milliseconds>(deadline - steady_clock::now());
    pollfd one{fd, POLLIN, 0};
    if (left.count() <= 0 || ::poll(&one, 1, static_cast<int>(left.count())) == 0) break;
    const ssize_t n = ::recv(fd, room.data(), room.size(), 0);
    if (n == 0 || (n < 0 && errno != EAGAIN && errno != EINTR)) break;
    if (n > 0) bytes.append(room.data(), static_cast<std::size_t>(n));
  }
  return bytes;
}

std::optional<std::uint64_t> process_in(const std::string& answer) {
  const auto body = answer.find("\r\n\r\n");
  if (body == std::string::npos) return std::nullopt;
  const auto status = nlohmann::json::parse(answer.substr(body + 4), nullptr, false);
  if (!status.is_object() || !status.contains("pid") || !status["pid"].is_number_unsigned()) return std::nullopt;
  return status["pid"].get<std::uint64_t>();
}

std::string limits_of(std::uint64_t process) {
  std::ifstream file("/proc/" + std::to_string(process) + "/limits");
  std::ostringstream text;
  text << file.rdbuf();
  return text.str();
}

}  // namespace

DaemonSeen look_at_daemon_at(const std::string& socket, std::chrono::milliseconds patience) {
  const base::UniqueFd fd(::socket(AF_UNIX, SOCK_STREAM, 0));
  if (const int error = connect_now(fd, socket); error != 0) return {.error = error, .descriptors = std::nullopt};
  DaemonSeen seen{.error = 0, .descriptors = std::nullopt};
  const ssize_t sent = ::send(fd.get(), kQuestion.data(), kQuestion.size(), MSG_NOSIGNAL);
  if (sent != static_cast<ssize_t>(kQuestion.size())) return seen;
  const auto process = process_in(read_until(fd.get(), steady_clock::now() + patience));
  if (process) seen.descriptors = open_files_in(limits_of(*process));
  return seen;
}

std::optional<std::uint64_t> open_files_in(std::string_view limits) {
  constexpr std::string_view kName = "Max open files";
  const auto at = limits.find(kName);
  if (at == std::string_view::npos) return std::nullopt;
  std::istringstream words(std::string(limits.substr(at + kName.size(), limits.find('\n', at) - at - kName.size())));
  std::string word;
  if (!(words >> word)) return std::nullopt;
  if (word == "unlimited") return std::numeric_limits<std::uint32_t>::max();
  std::uint64_t most = 0;
  std::istringstream number(word);
  return number >> most && number.eof() ? std::optional(most) : std::nullopt;
}

}  // namespace lb::doctor
