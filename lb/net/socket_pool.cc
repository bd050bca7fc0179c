#include "lb/net/socket_pool.h"

#include <sys/socket.h>

#include <cerrno>
#include <utility>

#include "lb/net/socket.h"

namespace lb::net {
SocketPool::Begun SocketPool::connect(const base::SocketAddress& address, Stream::Handler& handler,
                                      First first) noexcept {
  if (Lent stream = take_kept(address.family())) {
    if (first == First::kWeSpeak) delay_first_ack(stream->fd());
    if (stream->connect_again(address, handler) == 0) return {std::move(stream), 0, true};
    // What a fresh socket says is the truth about this address.
  }
  Begun begun = connect_new(address, handler, first);
  if (begun.error == EMFILE && close_kept()) begun = connect_new(address, handler, first);
  return begun;
}

SocketPool::Begun SocketPool::connect_new(const base::SocketAddress& address, Stream::Handler& handler,
                                          First first) noexcept {
  SocketResult socket = tcp_socket(address.family());
  if (!socket.fd) return {nullptr, socket.error};
  set_no_delay(socket.fd.get());
  if (first == First::kWeSpeak) delay_first_ack(socket.fd.get());
  if (const int error = begin_connect(socket.fd.get(), address); error != 0) return {nullptr, error};
  Lent stream(&streams_.create(*this, address.family()));
  if (!stream->open(loop_, std::move(socket.fd), handler, Stream::State::kConnecting)) return {nullptr, ENOMEM};
  return {std::move(stream)};
}

SocketPool::Lent SocketPool::take_kept(int family) noexcept {
  auto& kept = kept_[family == AF_INET6 ? 1 : 0];
  // The loop is about to tell the last ones of their old connections; the first one has heard of it long ago.
  if (kept.empty() || kept.front()->has_event_waiting()) return nullptr;
  Lent stream = std::move(kept.front());
  kept.pop_front();
  return stream;
}

void SocketPool::give_back(Lent stream) noexcept {
  if (kept() >= most_kept_ || !stream->dissolve()) return;
  stream->set_handler(*this);
  kept_[stream->shelf_].push_back(std::move(stream));
}

bool SocketPool::close_kept() noexcept {
  const bool any = kept() > 0;
  for (auto& kept : kept_) kept.clear();
  return any;
}

}  // namespace lb::net
