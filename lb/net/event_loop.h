// EventLoop: one thread's loop over readiness, timers and signals; everything in lb/net is registered with one.
//
// Owned and used by the thread that calls run(); other threads reach it through a Mailbox. Built on libevent's fastest
// method of the system (epoll, kqueue), or on poll(2) when Keepstate is built with KEEPSTATE_PORTABLE.
#pragma once

#include <event2/event.h>

#include <memory>

namespace lb::net {

class EventLoop {
 public:
  EventLoop();  // throws std::runtime_error when the system gives no event descriptor
  EventLoop(const EventLoop&) = delete;
  EventLoop& operator=(const EventLoop&) = delete;

  // Runs callbacks until stop().
  void run() noexcept;
  // Ends run() after the callback that is running now. Called from inside the loop only.
  void stop() noexcept;

  // Whether readiness is told once (edge) or as long as it lasts (level).
  [[nodiscard]] bool edge_triggered() const noexcept { return edge_triggered_; }

  // Whether a peer's end is told apart from its bytes (epoll's RDHUP), also when both come at once.
  [[nodiscard]] bool tells_ends() const noexcept { return tells_ends_; }

  // For lb/net alone.
  [[nodiscard]] event_base* base() const noexcept { return base_.get(); }

 private:
  struct FreeBase {
    void operator()(event_base* base) const noexcept { event_base_free(base); }
  };
  std::unique_ptr<event_base, FreeBase> base_;
  bool edge_triggered_;
  bool tells_ends_;
};

}  // namespace lb::net
