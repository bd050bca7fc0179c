// Watch: calls a function whenever a descriptor of somebody else has something to read, or has ended. Used on its
// loop's thread; destroying it ends it. The descriptor outlives it.
#pragma once

#include <event2/event.h>
#include <event2/event_struct.h>

#include <functional>

#include "lb/net/event_loop.h"

namespace lb::net {

class Watch {
 public:
  // The callback must not throw, and must not destroy the watch.
  Watch(EventLoop& loop, int fd, std::function<void()> callback);
  ~Watch();
  Watch(const Watch&) = delete;
  Watch& operator=(const Watch&) = delete;

  // Calls no more.
  void stop() noexcept;

 private:
  static void on_event(evutil_socket_t fd, short what, void* self) noexcept;

  std::function<void()> callback_;
  event event_;
};

}  // namespace lb::net
