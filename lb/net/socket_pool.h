// SocketPool: sockets toward backends. A socket whose connection ended cleanly is kept, with its registration in the
// loop, and serves the next connection: that saves making, registering and closing one (Linux; elsewhere none is kept).
//
// Nothing of the old connection is left when a socket is given out again: see Stream::dissolve(). Loop's thread only.
#pragma once

#include <array>
#include <cstddef>
#include <memory>
#include <vector>

#include "lb/net/event_loop.h"
#include "lb/net/stream.h"
#include "lib/base/slab.h"
#include "lib/base/socket_address.h"

namespace lb::net {

class SocketPool;

class PooledStream final : public Stream {
 public:
  PooledStream(SocketPool& owner, int family) noexcept : owner_(owner), family_(family) {}

 private:
  friend class SocketPool;
  SocketPool& owner_;
  int family_;
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
  [[nodiscard]] Begun connect(const base::SocketAddress& address, Stream::Handler& handler) noexcept;

  // The session has ended cleanly, both directions: keeps the socket if it can.
  void give_back(Lent stream) noexcept;
  // For the moment when descriptors run out. False when none was kept.
  bool close_kept() noexcept;
  [[nodiscard]] std::size_t kept() const noexcept { return kept_[0].size() + kept_[1].size(); }

 private:
  // A kept socket is told that it has hung up; that is no news.
  void on_ready(Stream&) noexcept override {}

  [[nodiscard]] Lent take_kept(int family) noexcept;
  [[nodiscard]] Begun connect_new(const base::SocketAddress& address, Stream::Handler& handler) noexcept;

  EventLoop& loop_;
  std::size_t most_kept_;
  base::Slab<PooledStream> streams_;
  std::array<std::vector<Lent>, 2> kept_;  // IPv4, IPv6; the last one in goes out first
};

}  // namespace lb::net
