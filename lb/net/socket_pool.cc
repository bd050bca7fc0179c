#include "lb/net/socket_pool.h"

#include <sys/socket.h>

#include <cerrno>
#include <utility>

#include "lb/net/socket.h"

namespace lb::net {
namespace {

std::size_t shelf(int family) noexcept {
  return family == AF_INET6 ? 1 : 0;
}

}  // namespace

SocketPool::Begun SocketPool::connect(const base::SocketAddress& address, Stream::Handler& handler) noexcept {
  if (Lent stream = take_kept(address.family())) {
    if (stream->connect_again(address, handler) == 0) return {std::move(stream), 0, true};
    // What a fresh socket says is the truth about this address.
  }
  Begun begun = connect_new(address, handler);
  if (begun.error == EMFILE && close_kept()) begun = connect_new(address, handler);
  return begun;
}

SocketPool::Begun SocketPool::connect_new(const base::SocketAddress& address, Stream::Handler& handler) noexcept {
  SocketResult begun = begin_connect(address);
  if (!begun.fd) return {nullptr, begun.error};
  Lent stream(&streams_.create(*this, address.family()));
  if (!stream->open(loop_, std::move(begun.fd), handler, Stream::State::kConnecting)) return {nullptr, ENOMEM};
  return {std::move(stream)};
}

SocketPool::Lent SocketPool::take_kept(int family) noexcept {
  auto& kept = kept_[shelf(family)];
  // One that the loop is about to tell of its old connection stays for the next time.
  if (kept.empty() || kept.back()->has_event_waiting()) return nullptr;
  Lent stream = std::move(kept.back());
  kept.pop_back();
  return stream;
}

void SocketPool::give_back(Lent stream) noexcept {
  if (kept() >= most_kept_ || !stream->dissolve()) return;
  stream->set_handler(*this);
  kept_[shelf(stream->family_)].push_back(std::move(stream));
}

bool SocketPool::close_kept() noexcept {
  const bool any = kept() > 0;
  for (auto& kept : kept_) kept.clear();
  return any;
}

}  // namespace lb::net
