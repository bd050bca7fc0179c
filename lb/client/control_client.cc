#include "lb/client/control_client.h"

#include <fcntl.h>
#include <poll.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <charconv>
#include <cstring>
#include <optional>

#include "lib/base/unique_fd.h"

namespace lb::client {
namespace {

using std::chrono::steady_clock;

constexpr std::size_t kLargestAnswer = 64U << 20;

std::string remedy(int error) {
  switch (error) {
    case ENOENT:
    case ECONNREFUSED:
      return "no keepstate-lb serves it; start one (keepstate-lb run -c cluster.yaml), or name its socket with "
             "--socket "
             "PATH or -c FILE";
    case EACCES:
    case EPERM:
      return "only the user that keepstate-lb runs as may open it; try sudo";
    default:
      return "look whether keepstate-lb runs";
  }
}

base::Failure cannot_reach(const std::string& socket, int error) {
  if (error == EAGAIN) {
    return base::fail(
        "keepstate-lb at {} does not answer: its queue is full; look at its log, and restart it if it hangs", socket);
  }
  return base::fail("cannot reach keepstate-lb at {}: {}; {}", socket, base::errno_text(error), remedy(error));
}

base::Result<base::UniqueFd> connect_to(const std::string& path) {
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  if (path.empty() || path.size() >= sizeof address.sun_path) return cannot_reach(path, ENAMETOOLONG);
  std::memcpy(address.sun_path, path.c_str(), path.size() + 1);
  base::UniqueFd fd(::socket(AF_UNIX, SOCK_STREAM, 0));
  if (!fd) return cannot_reach(path, errno);
  ::fcntl(fd.get(), F_SETFD, FD_CLOEXEC);
  // Before it connects: a daemon that hangs takes nobody out of its queue, and who comes when that is full would wait.
  ::fcntl(fd.get(), F_SETFL, O_NONBLOCK);
  if (::connect(fd.get(), reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0) {
    return cannot_reach(path, errno);
  }
  return fd;
}

// Waits in the kernel; false when the time is over.
bool wait_for(int fd, short events, steady_clock::time_point deadline) {
  while (true) {
    const auto left = std::chrono::ceil<std::chrono::milliseconds>(deadline - steady_clock::now());
    if (left.count() <= 0) return false;
    pollfd one{fd, events, 0};
    const int ready = ::poll(&one, 1, static_cast<int>(left.count()));
    if (ready > 0) return true;
    if (ready < 0 && errno != EINTR) return false;
  }
}

base::Result<void> send_all(int fd, std::string_view bytes, steady_clock::time_point deadline) {
  while (!bytes.empty()) {
    const ssize_t n = ::send(fd, bytes.data(), bytes.size(), MSG_NOSIGNAL);
    if (n >= 0) {
      bytes.remove_prefix(static_cast<std::size_t>(n));
    } else if (errno != EAGAIN && errno != EINTR) {
      return base::fail("{}", base::errno_text(errno));
    } else if (!wait_for(fd, POLLOUT, deadline)) {
      return base::fail("it takes no question");
    }
  }
  return {};
}

// Until the other side ends: it was asked to close.
base::Result<std::string> receive_all(int fd, steady_clock::time_point deadline) {
  std::string bytes;
  std::array<char, 65536> room{};
  while (true) {
    const ssize_t n = ::recv(fd, room.data(), room.size(), 0);
    if (n == 0) return bytes;
    if (n > 0) {
      bytes.append(room.data(), static_cast<std::size_t>(n));
      if (bytes.size() > kLargestAnswer) return base::fail("the answer is larger than 64 MiB");
    } else if (errno != EAGAIN && errno != EINTR) {
      return base::fail("{}", base::errno_text(errno));
    } else if (!wait_for(fd, POLLIN, deadline)) {
      return base::fail("no answer came in time");
    }
  }
}

std::optional<int> status_of(std::string_view head) {
  constexpr std::string_view kProtocol = "HTTP/1.";
  if (!head.starts_with(kProtocol) || head.size() < 12) return std::nullopt;
  int status = 0;
  const auto [end, error] = std::from_chars(head.data() + 9, head.data() + 12, status);
  return error == std::errc{} && end == head.data() + 12 ? std::optional(status) : std::nullopt;
}

// Whether all of the body has come, where the head tells how long it is.
bool is_whole(std::string_view head, std::size_t body) {
  constexpr std::string_view kLength = "\r\nContent-Length: ";
  const auto at = head.find(kLength);
  if (at == std::string_view::npos) return true;
  std::size_t length = 0;
  std::from_chars(head.data() + at + kLength.size(), head.data() + head.size(), length);
  return body >= length;
}

base::Result<ControlAnswer> parse_answer(const std::string& bytes) {
  const auto blank = bytes.find("\r\n\r\n");
  const std::string_view head(bytes.data(), blank == std::string::npos ? 0 : blank);
  const auto status = status_of(head);
  if (!status) return base::fail("what answers there speaks no HTTP");
  ControlAnswer answer{*status, bytes.substr(blank + 4)};
  if (!is_whole(head, answer.body.size())) return base::fail("the answer broke off");
  return answer;
}

}  // namespace

base::Result<ControlAnswer> ControlClient::ask(std::string_view method, std::string_view path,
                                               std::string_view body) const {
  const auto deadline = steady_clock::now() + patience_;
  auto fd = connect_to(socket_);
  if (!fd) return base::Failure(fd.error());
  std::string request = fmt::format("{} {} HTTP/1.1\r\nHost: keepstate-lb\r\nConnection: close\r\n", method, path);
  if (method != "GET") request += fmt::format("Content-Type: application/json\r\nContent-Length: {}\r\n", body.size());
  request.append("\r\n").append(body);
  const auto failed = [&](const base::Error& why) {
    return base::fail("{} {} by {}: {}; look at the log of keepstate-lb", method, path, socket_, why.message);
  };
  if (const auto sent = send_all(fd->get(), request, deadline); !sent) return failed(sent.error());
  const auto received = receive_all(fd->get(), deadline);
  if (!received) return failed(received.error());
  auto answer = parse_answer(*received);
  if (!answer) return failed(answer.error());
  return answer;
}

}  // namespace lb::client
