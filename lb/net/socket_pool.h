// SocketPool: sockets toward backends. A socket whose connection ended cleanly is kept, with its registration in the
// loop, and serves the next connection: that saves making, registering and closing one (Linux; elsewhere none is kept).
//
// Nothing of the old connection is left when a socket is given out again: see Stream::dissolve(). Loop's thread only.
#pragma once

#include <sys/socket.h>

#include <array>
#include <cstddef>
#include <deque>
#include <memory>

#include "lb/net/event_loop.h"
#include "lb/net/stream.h"
#include "lib/base/slab.h"
#include "lib/base/socket_address.h"

namespace lb::net {

class SocketPool;

class PooledStream final : public Stream {
 public:
  PooledStream(SocketPool& owner, int family) noexcept : shelf_(family == AF_INET6 ? 1 : 0), owner_(owner) {}

 private:
  friend class SocketPool;
  unsigned char shelf_;  // first, where the base leaves room for it
  SocketPool& owner_;
};

class SocketPool final : private Stream::Handler {
 public:
  // Keeps at most `most_kept` sockets, a descriptor each; 0 turns the re-use off.
  SocketPool(EventLoop& loop, std::size_t most_kept) noexcept : loop_(loop), most_kept_(most_kept) {}
  // Whether sockets can be used again here.
  [[nodiscard]] static bool supported() noexcept { return Stream::can_dissolve(); }
  SocketPool(const SocketPool&) = delete;
  SocketPool& operator=(const SocketPool&) = delete;

  // Closes what is still open. Must not outlive the pool.
  struct Close {
    void operator()(PooledStream* stream) const noexcept { stream->owner_.streams_.destroy(*stream); }
  };
  using Lent = std::unique_ptr<PooledStream, Close>;

  // A stream that has begun to connect, or the errno value that says why there is none.
  struct Begun {
    Lent stream;
    int error = 0;
    bool used_before = false;
  };
  // kWeSpeak: there are bytes to send, so the ACK that ends the handshake may travel with them; a peer that is waited
  // for would never get it.
  enum class First { kUnknown, kWeSpeak };
  [[nodiscard]] Begun connect(const base::SocketAddress& address, Stream::Handler& handler, First first) noexcept;

  // The session has ended cleanly, both directions: keeps the socket if it can.
  void give_back(Lent stream) noexcept;
  // For the moment when descriptors run out. False when none was kept.
  bool close_kept() noexcept;
  [[nodiscard]] std::size_t kept() const noexcept { return kept_[0].size() + kept_[1].size(); }

 private:
  // A kept socket is told that it has hung up; that is no news.
  void on_ready(Stream&) noexcept override {}

  [[nodiscard]] Lent take_kept(int family) noexcept;
  [[nodiscard]] Begun connect_new(const base::SocketAddress& address, Stream::Handler& handler, First first) noexcept;

  EventLoop& loop_;
  std::size_t most_kept_;
  base::Slab<PooledStream> streams_;
  std::array<std::deque<Lent>, 2> kept_;  // IPv4, IPv6; the first one in goes out first
};

}  // namespace lb::net
