#include "lb/net/signal.h"

#include <utility>

namespace lb::net {

Signal::Signal(EventLoop& loop, int number, std::function<void()> callback) : callback_(std::move(callback)) {
  event_assign(&event_, loop.base(), number, EV_SIGNAL | EV_PERSIST, &Signal::on_event, this);
  event_add(&event_, nullptr);
}

Signal::~Signal() {
  event_del(&event_);
}

void Signal::on_event(evutil_socket_t, short, void* self) noexcept {
  static_cast<Signal*>(self)->callback_();
}

}  // namespace lb::net
