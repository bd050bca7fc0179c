// Connector: opens one TCP connection and tells that it stands, or why not. For those on the control loop who only want
// to know (health checks); sessions call begin_connect() themselves. Loop's thread only.
#pragma once

#include <event2/event.h>
#include <event2/event_struct.h>

#include <chrono>
#include <functional>

#include "lb/net/event_loop.h"
#include "lib/base/socket_address.h"
#include "lib/base/unique_fd.h"

namespace lb::net {

class Connector {
 public:
  // `error` is 0 when the connection stands, else an errno value; ETIMEDOUT also when the time was up.
  using Done = std::function<void(int error)>;

  Connector(EventLoop& loop, Done done);
  ~Connector();
  Connector(const Connector&) = delete;
  Connector& operator=(const Connector&) = delete;

  // Calls done once, always from the loop, never from inside start(). One attempt at a time: a running one is dropped.
  void start(const base::SocketAddress& address, std::chrono::milliseconds timeout) noexcept;
  void cancel() noexcept;

 private:
  static void on_event(evutil_socket_t fd, short what, void* self) noexcept;
  void finish() noexcept;
  void close_by_reset() noexcept;

  EventLoop& loop_;
  Done done_;
  base::UniqueFd fd_;
  int known_error_ = 0;  // of an attempt that failed at once
  event event_;
};

}  // namespace lb::net
