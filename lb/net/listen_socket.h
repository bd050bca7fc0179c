// ListenSocket: where clients arrive. It tells its handler when somebody waits, and can be paused without closing, so
// that those who wait stay in the kernel's queue. open_listen_sockets() makes one descriptor a worker for one address.
#pragma once

#include <event2/event.h>
#include <event2/event_struct.h>

#include <optional>
#include <vector>

#include "lb/net/accept_queue.h"
#include "lb/net/event_loop.h"
#include "lb/net/socket.h"
#include "lib/base/result.h"
#include "lib/base/socket_address.h"
#include "lib/base/unique_fd.h"

namespace lb::net {

// `count` listening descriptors for the same address: SO_REUSEPORT (SO_REUSEPORT_LB on FreeBSD) lets the kernel spread
// the connections; without it all share one queue. The address is first bound without it, because otherwise a second
// daemon, started by mistake, would silently take half of the clients. Port 0: the system chooses one, the same for
// all.
[[nodiscard]] base::Result<std::vector<base::UniqueFd>> open_listen_sockets(const base::SocketAddress& address,
                                                                            unsigned count);

// Adds to sockets that listen already, so that there are `count` where the kernel spreads connections over sockets.
[[nodiscard]] base::Result<void> add_listen_sockets(std::vector<base::UniqueFd>& fds,
                                                    const base::SocketAddress& address, unsigned count);

// Makes a listening socket that somebody else has opened what those here are.
void prepare_listen_socket(int fd) noexcept;

// The address that a socket is bound to.
[[nodiscard]] base::SocketAddress local_address(int fd) noexcept;

// Loop's thread only.
class ListenSocket {
 public:
  class Handler {
   public:
    // At least one connection waits. Called again until accept() says EAGAIN or pause() is called.
    virtual void on_acceptable(ListenSocket& socket) noexcept = 0;

   protected:
    ~Handler() = default;
  };

  ListenSocket(EventLoop& loop, base::UniqueFd fd, Handler& handler);
  ~ListenSocket();
  ListenSocket(const ListenSocket&) = delete;
  ListenSocket& operator=(const ListenSocket&) = delete;

  [[nodiscard]] Accepted accept() noexcept { return accept_connection(fd_.get()); }
  [[nodiscard]] std::optional<AcceptQueue> queue() const noexcept { return accept_queue(fd_.get()); }
  void pause() noexcept;
  void resume() noexcept;

 private:
  static void on_event(evutil_socket_t fd, short what, void* self) noexcept;

  base::UniqueFd fd_;
  Handler& handler_;
  event event_;
};

}  // namespace lb::net
