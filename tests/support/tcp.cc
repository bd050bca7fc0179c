#include "tests/support/tcp.h"

#include <fcntl.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <sys/socket.h>

#include <algorithm>
#include <array>
#include <atomic>
#include <cerrno>
#include <random>

namespace tests::support {
namespace {

using std::chrono::milliseconds;
using std::chrono::steady_clock;

constexpr int kBacklog = 4096;  // beyond every parallel start in our tests

// Below the ports that Linux (32768) and FreeBSD (10000) give to outgoing connections: of those, one that is free now
// may belong to another test's client in a moment.
constexpr unsigned kFirstPort = 3000;
constexpr unsigned kPorts = 6900;

base::UniqueFd open_socket(const base::SocketAddress& address) {
  base::UniqueFd fd(::socket(address.family(), SOCK_STREAM | SOCK_CLOEXEC, 0));
  if (!fd) throw SocketError("open a socket", errno);
  return fd;
}

void set_option(const base::UniqueFd& socket, int level, int name, int value) {
  ::setsockopt(socket.get(), level, name, &value, sizeof value);
}

void finish_connect(const base::UniqueFd& fd, const std::string& doing, steady_clock::time_point deadline) {
  wait_until_ready(fd, POLLOUT, deadline, doing);
  int error = 0;
  socklen_t size = sizeof error;
  ::getsockopt(fd.get(), SOL_SOCKET, SO_ERROR, &error, &size);
  if (error != 0) throw SocketError(doing, error);
}

}  // namespace

SocketError::SocketError(const std::string& doing, int error)
    : std::runtime_error("cannot " + doing + ": " + base::errno_text(error)), error_(error) {}

base::UniqueFd connect_to(const base::SocketAddress& address, milliseconds patience) {
  const std::string doing = "connect to " + address.to_string();
  base::UniqueFd fd = open_socket(address);
  const int flags = ::fcntl(fd.get(), F_GETFL);
  ::fcntl(fd.get(), F_SETFL, flags | O_NONBLOCK);
  if (::connect(fd.get(), address.data(), address.size()) != 0) {
    if (errno != EINPROGRESS) throw SocketError(doing, errno);
    finish_connect(fd, doing, steady_clock::now() + patience);
  }
  ::fcntl(fd.get(), F_SETFL, flags);
  set_option(fd, IPPROTO_TCP, TCP_NODELAY, 1);
  return fd;
}

base::UniqueFd listen_on(const base::SocketAddress& address) {
  base::UniqueFd fd = open_socket(address);
  set_option(fd, SOL_SOCKET, SO_REUSEADDR, 1);
  if (::bind(fd.get(), address.data(), address.size()) != 0 || ::listen(fd.get(), kBacklog) != 0) {
    throw SocketError("listen on " + address.to_string(), errno);
  }
  return fd;
}

base::SocketAddress local_address(const base::UniqueFd& socket) {
  sockaddr_storage storage{};
  socklen_t size = sizeof storage;
  auto* const address = reinterpret_cast<sockaddr*>(&storage);
  if (::getsockname(socket.get(), address, &size) != 0) throw SocketError("read a socket's address", errno);
  return base::SocketAddress::from(address);
}

base::SocketAddress free_address(std::string_view ip) {
  const auto parsed = base::IpAddress::parse(ip);
  if (!parsed) throw std::runtime_error(parsed.error().message);
  // Each call goes on from the last, so no port is told twice.
  static std::atomic<unsigned> next{std::random_device{}() % kPorts};
  for (unsigned i = 0; i < kPorts; ++i) {
    const base::SocketAddress address(*parsed, static_cast<std::uint16_t>(kFirstPort + next.fetch_add(1) % kPorts));
    try {
      (void)listen_on(address);
      return address;
    } catch (const SocketError& error) {
      if (error.error() != EADDRINUSE && error.error() != EACCES) throw;
    }
  }
  throw SocketError("find a free port on " + std::string(ip), EADDRINUSE);
}

void wait_until_ready(const base::UniqueFd& socket, short events, steady_clock::time_point deadline,
                      std::string_view doing) {
  while (true) {
    const auto left = std::chrono::ceil<milliseconds>(deadline - steady_clock::now()).count();
    if (left <= 0) throw SocketError(std::string(doing), ETIMEDOUT);
    pollfd waiting{socket.get(), events, 0};
    const int ready = ::poll(&waiting, 1, static_cast<int>(std::min<long long>(left, 60'000)));
    if (ready > 0) return;
    if (ready < 0 && errno != EINTR) throw SocketError(std::string(doing), errno);
  }
}

void send_all(const base::UniqueFd& socket, std::string_view bytes, milliseconds patience) {
  const auto deadline = steady_clock::now() + patience;
  while (!bytes.empty()) {
    const ssize_t n = ::send(socket.get(), bytes.data(), bytes.size(), MSG_DONTWAIT | MSG_NOSIGNAL);
    if (n >= 0) {
      bytes.remove_prefix(static_cast<std::size_t>(n));
    } else if (errno == EAGAIN) {
      wait_until_ready(socket, POLLOUT, deadline, "send");
    } else if (errno != EINTR) {
      throw SocketError("send", errno);
    }
  }
}

std::size_t recv_some(const base::UniqueFd& socket, std::span<char> into, milliseconds patience) {
  const auto deadline = steady_clock::now() + patience;
  while (true) {
    const ssize_t n = ::recv(socket.get(), into.data(), into.size(), MSG_DONTWAIT);
    if (n >= 0) return static_cast<std::size_t>(n);
    if (errno == EAGAIN) {
      wait_until_ready(socket, POLLIN, deadline, "receive");
    } else if (errno != EINTR) {
      throw SocketError("receive", errno);
    }
  }
}

std::string recv_exactly(const base::UniqueFd& socket, std::size_t size, milliseconds patience) {
  const auto deadline = steady_clock::now() + patience;
  std::string bytes(size, '\0');
  std::size_t done = 0;
  while (done < size) {
    const auto left = std::chrono::ceil<milliseconds>(deadline - steady_clock::now());
    const std::size_t n = recv_some(socket, std::span(bytes).subspan(done), left);
    if (n == 0) {
      throw std::runtime_error("the stream ended after " + std::to_string(done) + " of " + std::to_string(size) +
                               " bytes");
    }
    done += n;
  }
  return bytes;
}

std::string recv_all(const base::UniqueFd& socket, milliseconds patience) {
  const auto deadline = steady_clock::now() + patience;
  std::string bytes;
  std::array<char, 65536> chunk;  // NOLINT(*-member-init): recv fills it
  while (true) {
    const auto left = std::chrono::ceil<milliseconds>(deadline - steady_clock::now());
    const std::size_t n = recv_some(socket, chunk, left);
    if (n == 0) return bytes;
    bytes.append(chunk.data(), n);
  }
}

void send_pattern(const base::UniqueFd& socket, const BytePattern& pattern, std::uint64_t from, std::uint64_t to,
                  milliseconds patience) {
  std::array<char, 65536> chunk;  // NOLINT(*-member-init): fill fills it
  while (from < to) {
    const auto n = static_cast<std::size_t>(std::min<std::uint64_t>(chunk.size(), to - from));
    pattern.fill(from, std::span(chunk).first(n));
    send_all(socket, std::string_view(chunk.data(), n), patience);
    from += n;
  }
}

std::uint64_t recv_pattern(const base::UniqueFd& socket, const BytePattern& pattern, milliseconds patience) {
  std::array<char, 65536> chunk;  // NOLINT(*-member-init): recv fills it
  std::uint64_t position = 0;
  while (const std::size_t n = recv_some(socket, chunk, patience)) {
    if (const auto wrong = pattern.first_difference(position, std::span<const char>(chunk).first(n))) {
      throw std::runtime_error("the byte at position " + std::to_string(*wrong) + " is not the one that was sent");
    }
    position += n;
  }
  return position;
}

void half_close(const base::UniqueFd& socket) {
  if (::shutdown(socket.get(), SHUT_WR) != 0) throw SocketError("end the stream", errno);
}

void reset(base::UniqueFd socket) {
  const linger now{1, 0};
  if (::setsockopt(socket.get(), SOL_SOCKET, SO_LINGER, &now, sizeof now) != 0) throw SocketError("reset", errno);
}

}  // namespace tests::support
