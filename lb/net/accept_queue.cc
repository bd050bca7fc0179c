#include "lb/net/accept_queue.h"

#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>

namespace lb::net {

#if defined(KEEPSTATE_PORTABLE)
std::optional<AcceptQueue> accept_queue(int) noexcept {
  return std::nullopt;
}
#elif defined(__linux__)
// tcp_get_info(): of a listening socket these two fields are its queue and its backlog.
std::optional<AcceptQueue> accept_queue(int listening) noexcept {
  tcp_info info{};
  socklen_t size = sizeof info;
  if (::getsockopt(listening, IPPROTO_TCP, TCP_INFO, &info, &size) != 0) return std::nullopt;
  return AcceptQueue{.waiting = info.tcpi_unacked, .most = info.tcpi_sacked};
}
#elif defined(SO_LISTENQLEN)
std::optional<AcceptQueue> accept_queue(int listening) noexcept {
  int waiting = 0;
  int most = 0;
  socklen_t size = sizeof waiting;
  if (::getsockopt(listening, SOL_SOCKET, SO_LISTENQLEN, &waiting, &size) != 0) return std::nullopt;
  size = sizeof most;
  if (::getsockopt(listening, SOL_SOCKET, SO_LISTENQLIMIT, &most, &size) != 0) return std::nullopt;
  return AcceptQueue{.waiting = static_cast<std::uint64_t>(waiting), .most = static_cast<std::uint64_t>(most)};
}
#else
std::optional<AcceptQueue> accept_queue(int) noexcept {
  return std::nullopt;
}
#endif

}  // namespace lb::net
