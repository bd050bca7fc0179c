#include "lb/net/listen_socket.h"

#include <fcntl.h>
#include <netinet/tcp.h>
#include <sys/socket.h>

#include <cerrno>
#include <utility>

namespace lb::net {
namespace {

// The kernel cuts it down to net.core.somaxconn or kern.ipc.soacceptqueue.
constexpr int kBacklog = 4096;

// The option that lets several sockets share an address and the kernel choose among them; 0 where there is none.
#if defined(KEEPSTATE_PORTABLE)
constexpr int kSharePort = 0;
#elif defined(SO_REUSEPORT_LB)
constexpr int kSharePort = SO_REUSEPORT_LB;
#elif defined(__linux__)
constexpr int kSharePort = SO_REUSEPORT;
#else
constexpr int kSharePort = 0;
#endif

void set_option(int fd, int level, int option) noexcept {
  const int on = 1;
  ::setsockopt(fd, level, option, &on, sizeof on);
}

bool shares_its_port(int fd) noexcept {
  int on = 0;
  socklen_t size = sizeof on;
  return ::getsockopt(fd, SOL_SOCKET, kSharePort, &on, &size) == 0 && on != 0;
}

std::string remedy(int error, const base::SocketAddress& address) {
  switch (error) {
    case EADDRINUSE:
      return "another process, perhaps a second keepstate-lb, listens there; stop it or choose another address";
    case EADDRNOTAVAIL:
      return fmt::format("{} is not an address of this host; add it to an interface first", address.ip().to_string());
    case EACCES:
      return "ports below 1024 need root or CAP_NET_BIND_SERVICE";
    default:
      return "check the address";
  }
}

base::Failure cannot_listen(const base::SocketAddress& address, int error) {
  return base::fail("cannot listen on {}: {}; {}", address.to_string(), base::errno_text(error),
                    remedy(error, address));
}

base::Result<base::UniqueFd> bound_socket(const base::SocketAddress& address, int share_port) {
  SocketResult socket = tcp_socket(address.family());
  if (!socket.fd) return cannot_listen(address, socket.error);
  const int fd = socket.fd.get();
  set_option(fd, SOL_SOCKET, SO_REUSEADDR);
  if (share_port != 0) set_option(fd, SOL_SOCKET, share_port);
  if (address.family() == AF_INET6) set_option(fd, IPPROTO_IPV6, IPV6_V6ONLY);
  if (::bind(fd, address.data(), address.size()) != 0) return cannot_listen(address, errno);
  return std::move(socket.fd);
}

base::Result<void> start_listening(int fd, const base::SocketAddress& address) {
  // Accepted sockets inherit both, so that they cost no call a connection.
  set_no_delay(fd);
  set_keepalive(fd);
  if (::listen(fd, kBacklog) != 0) return cannot_listen(address, errno);
  // Inherited as well, but reset by listen(): what a client asks is acknowledged with the answer, or after 40 ms.
  delay_first_ack(fd);
  return {};
}

// One socket, and duplicates of its descriptor for the other workers.
base::Result<std::vector<base::UniqueFd>> share_one(base::UniqueFd first, const base::SocketAddress& address,
                                                    unsigned count) {
  if (auto listening = start_listening(first.get(), address); !listening) return base::Failure(listening.error());
  std::vector<base::UniqueFd> fds;
  fds.push_back(std::move(first));
  while (fds.size() < count) {
    base::UniqueFd copy(::fcntl(fds.front().get(), F_DUPFD_CLOEXEC, 0));
    if (!copy) return cannot_listen(address, errno);
    fds.push_back(std::move(copy));
  }
  return fds;
}

}  // namespace

base::SocketAddress local_address(int fd) noexcept {
  sockaddr_in6 address{};
  socklen_t size = sizeof address;
  auto* const generic = reinterpret_cast<sockaddr*>(&address);
  if (::getsockname(fd, generic, &size) != 0) return {};
  return base::SocketAddress::from(generic);
}

base::Result<std::vector<base::UniqueFd>> open_listen_sockets(const base::SocketAddress& address, unsigned count) {
  auto alone = bound_socket(address, 0);
  if (!alone) return base::Failure(alone.error());
  if (kSharePort == 0) return share_one(*std::move(alone), address, count);

  const base::SocketAddress chosen = local_address(alone->get());
  alone->reset();
  std::vector<base::UniqueFd> fds;
  while (fds.size() < count) {
    auto fd = bound_socket(chosen, kSharePort);
    if (!fd) return base::Failure(fd.error());
    if (auto listening = start_listening(fd->get(), chosen); !listening) return base::Failure(listening.error());
    fds.push_back(*std::move(fd));
  }
  return fds;
}

base::Result<void> add_listen_sockets(std::vector<base::UniqueFd>& fds, const base::SocketAddress& address,
                                      unsigned count) {
  while (fds.size() < count) {
    base::UniqueFd fd;
    // The one of a daemon with one worker was bound alone, and then nobody can join it.
    if (kSharePort != 0 && shares_its_port(fds.front().get())) {
      auto bound = bound_socket(address, kSharePort);
      if (!bound) return base::Failure(bound.error());
      if (auto listening = start_listening(bound->get(), address); !listening) return listening;
      fd = *std::move(bound);
    } else {
      fd.reset(::fcntl(fds.front().get(), F_DUPFD_CLOEXEC, 0));
      if (!fd) return cannot_listen(address, errno);
    }
    fds.push_back(std::move(fd));
  }
  return {};
}

void prepare_listen_socket(int fd) noexcept {
  ::fcntl(fd, F_SETFL, ::fcntl(fd, F_GETFL) | O_NONBLOCK);
  set_no_delay(fd);
  set_keepalive(fd);
  delay_first_ack(fd);
}

ListenSocket::ListenSocket(EventLoop& loop, base::UniqueFd fd, Handler& handler)
    : fd_(std::move(fd)), handler_(handler) {
  event_assign(&event_, loop.base(), fd_.get(), EV_READ | EV_PERSIST, &ListenSocket::on_event, this);
  resume();
}

ListenSocket::~ListenSocket() {
  pause();
}

void ListenSocket::pause() noexcept {
  event_del(&event_);
}

void ListenSocket::resume() noexcept {
  event_add(&event_, nullptr);
}

void ListenSocket::on_event(evutil_socket_t, short, void* self) noexcept {
  auto& socket = *static_cast<ListenSocket*>(self);
  socket.handler_.on_acceptable(socket);
}

}  // namespace lb::net
