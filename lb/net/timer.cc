#include "lb/net/timer.h"

#include <utility>

namespace lb::net {

Timer::Timer(EventLoop& loop, std::function<void()> callback) : callback_(std::move(callback)) {
  event_assign(&event_, loop.base(), -1, 0, &Timer::on_event, this);
}

Timer::~Timer() {
  cancel();
}

void Timer::start(std::chrono::milliseconds after) noexcept {
  const auto seconds = std::chrono::duration_cast<std::chrono::seconds>(after);
  const auto rest = std::chrono::duration_cast<std::chrono::microseconds>(after - seconds);
  const timeval delay{seconds.count(), static_cast<suseconds_t>(rest.count())};
  event_add(&event_, &delay);
}

void Timer::cancel() noexcept {
  event_del(&event_);
}

bool Timer::pending() const noexcept {
  return event_pending(&event_, EV_TIMEOUT, nullptr) != 0;
}

void Timer::on_event(evutil_socket_t, short, void* self) noexcept {
  static_cast<Timer*>(self)->callback_();
}

}  // namespace lb::net
