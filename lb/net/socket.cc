#include "lb/net/socket.h"

#include <fcntl.h>
#include <netinet/tcp.h>
#include <sys/socket.h>

#include <cerrno>
#include <cstddef>
#include <cstdint>

namespace lb::net {
namespace {

void set_option(int fd, int level, int option, int value) noexcept {
  ::setsockopt(fd, level, option, &value, sizeof value);
}

#ifdef KEEPSTATE_PORTABLE
void make_non_blocking(int fd) noexcept {
  ::fcntl(fd, F_SETFL, ::fcntl(fd, F_GETFL) | O_NONBLOCK);
  ::fcntl(fd, F_SETFD, FD_CLOEXEC);
}

int accept_non_blocking(int listening_fd, sockaddr* peer, socklen_t* size) noexcept {
  const int fd = ::accept(listening_fd, peer, size);
  if (fd >= 0) make_non_blocking(fd);
  return fd;
}

int socket_non_blocking(int family) noexcept {
  const int fd = ::socket(family, SOCK_STREAM, 0);
  if (fd >= 0) make_non_blocking(fd);
  return fd;
}
#else
int accept_non_blocking(int listening_fd, sockaddr* peer, socklen_t* size) noexcept {
  return ::accept4(listening_fd, peer, size, SOCK_NONBLOCK | SOCK_CLOEXEC);
}

int socket_non_blocking(int family) noexcept {
  return ::socket(family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
}
#endif

}  // namespace

Accepted accept_connection(int listening_fd) noexcept {
  sockaddr_in6 peer{};
  socklen_t size = sizeof peer;
  auto* const generic = reinterpret_cast<sockaddr*>(&peer);
  base::UniqueFd fd(accept_non_blocking(listening_fd, generic, &size));
  if (!fd) return {{}, {}, errno};
  return {std::move(fd), base::SocketAddress::from(generic), 0};
}

void close_with_reset(base::UniqueFd fd) noexcept {
  const linger at_once{1, 0};
  ::setsockopt(fd.get(), SOL_SOCKET, SO_LINGER, &at_once, sizeof at_once);
}

SocketResult tcp_socket(int family) noexcept {
  base::UniqueFd fd(socket_non_blocking(family));
  const int error = fd ? 0 : errno;
  return {std::move(fd), error};
}

int begin_connect(int fd, const base::SocketAddress& address) noexcept {
  if (::connect(fd, address.data(), address.size()) == 0 || errno == EINPROGRESS || errno == EINTR) return 0;
  return errno;
}

SocketResult begin_connect(const base::SocketAddress& address) noexcept {
  SocketResult result = tcp_socket(address.family());
  if (!result.fd) return result;
  set_no_delay(result.fd.get());
  if (const int error = begin_connect(result.fd.get(), address); error != 0) return {{}, error};
  return result;
}

int socket_error(int fd) noexcept {
  int error = 0;
  socklen_t size = sizeof error;
  return ::getsockopt(fd, SOL_SOCKET, SO_ERROR, &error, &size) == 0 ? error : errno;
}

int connect_outcome(int fd) noexcept {
  if (const int error = socket_error(fd); error != 0) return error;
  sockaddr_storage peer{};
  socklen_t size = sizeof peer;
  return ::getpeername(fd, reinterpret_cast<sockaddr*>(&peer), &size) == 0 ? 0 : ETIMEDOUT;
}

base::SocketAddress peer_address(int fd) noexcept {
  sockaddr_in6 address{};
  socklen_t size = sizeof address;
  auto* const generic = reinterpret_cast<sockaddr*>(&address);
  if (::getpeername(fd, generic, &size) != 0) return {};
  return base::SocketAddress::from(generic);
}

void set_no_delay(int fd) noexcept {
  set_option(fd, IPPROTO_TCP, TCP_NODELAY, 1);
}

void set_keepalive(int fd) noexcept {
  set_option(fd, SOL_SOCKET, SO_KEEPALIVE, 1);
  set_option(fd, IPPROTO_TCP, TCP_KEEPIDLE, 30);
  set_option(fd, IPPROTO_TCP, TCP_KEEPINTVL, 10);
  set_option(fd, IPPROTO_TCP, TCP_KEEPCNT, 3);
}

#if defined(TCP_QUICKACK) && !defined(KEEPSTATE_PORTABLE)
void delay_first_ack(int fd) noexcept {
  set_option(fd, IPPROTO_TCP, TCP_QUICKACK, 0);
}
#else
void delay_first_ack(int) noexcept {}
#endif

#if defined(__linux__) && !defined(KEEPSTATE_PORTABLE)
AckState ack_state(int fd) noexcept {
  constexpr std::uint32_t kPatience = 1500;  // ms: any peer that is there has answered a segment by then
  tcp_info info{};
  socklen_t size = offsetof(tcp_info, tcpi_pmtu);
  if (::getsockopt(fd, IPPROTO_TCP, TCP_INFO, &info, &size) != 0 || info.tcpi_unacked == 0) return AckState::kNone;
  // Both are ages, in ms; sending again counts as sending. A peer that dropped a segment for want of room answers it,
  // and then the last word is its own until the next one is sent.
  const bool missing = info.tcpi_last_ack_recv >= kPatience && info.tcpi_last_data_sent < info.tcpi_last_ack_recv;
  return missing ? AckState::kMissing : AckState::kAwaited;
}
#else
AckState ack_state(int) noexcept {
  return AckState::kNone;
}
#endif

bool is_out_of_resources(int error) noexcept {
  return error == EMFILE || error == ENFILE || error == ENOBUFS || error == ENOMEM;
}

}  // namespace lb::net
