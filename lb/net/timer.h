// Timer: calls a function after a while, once or again and again. Used on its loop's thread; destroying it cancels it.
#pragma once

#include <event2/event.h>
#include <event2/event_struct.h>

#include <chrono>
#include <functional>

#include "lb/net/event_loop.h"

namespace lb::net {

class Timer {
 public:
  // The callback may start or cancel this timer, and must not throw. It must not destroy the timer.
  Timer(EventLoop& loop, std::function<void()> callback);
  ~Timer();
  Timer(const Timer&) = delete;
  Timer& operator=(const Timer&) = delete;

  // Once; a pending start is replaced.
  void start(std::chrono::milliseconds after) noexcept;
  void cancel() noexcept;
  [[nodiscard]] bool pending() const noexcept;

 private:
  static void on_event(evutil_socket_t fd, short what, void* self) noexcept;

  std::function<void()> callback_;
  event event_;
};

}  // namespace lb::net
