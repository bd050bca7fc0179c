#include "lb/net/watch.h"

#include <utility>

namespace lb::net {

Watch::Watch(EventLoop& loop, int fd, std::function<void()> callback) : callback_(std::move(callback)) {
  event_assign(&event_, loop.base(), fd, EV_READ | EV_PERSIST, &Watch::on_event, this);
  event_add(&event_, nullptr);
}

Watch::~Watch() {
  stop();
}

void Watch::stop() noexcept {
  event_del(&event_);
}

void Watch::on_event(evutil_socket_t, short, void* self) noexcept {
  static_cast<Watch*>(self)->callback_();
}

}  // namespace lb::net
