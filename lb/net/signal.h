// Signal: calls a function on the loop's thread when the process gets a signal. At most one loop of a process may use
// it (libevent keeps one global handler); ours is the control loop.
#pragma once

#include <event2/event.h>
#include <event2/event_struct.h>

#include <functional>

#include "lb/net/event_loop.h"

namespace lb::net {

class Signal {
 public:
  // `number` as in <csignal>. The callback must not throw.
  Signal(EventLoop& loop, int number, std::function<void()> callback);
  ~Signal();
  Signal(const Signal&) = delete;
  Signal& operator=(const Signal&) = delete;

 private:
  static void on_event(evutil_socket_t fd, short what, void* self) noexcept;

  std::function<void()> callback_;
  event event_;
};

}  // namespace lb::net
