#include "lb/net/loop_lag.h"

#include <event2/event.h>

#include <cstdint>
#include <utility>

namespace lb::net {

void WorstLately::note(base::SteadyTime now, std::chrono::nanoseconds one) noexcept {
  const auto age = now - span_began_;
  if (age >= kSpan) {
    worst_before_ = std::exchange(worst_, std::chrono::nanoseconds{0});
    if (age >= 2 * kSpan) worst_before_ = std::chrono::nanoseconds{0};
    span_began_ = now;
  }
  worst_ = std::max(worst_, one);
}

LoopLag::LoopLag(EventLoop& loop, const base::Clock& clock, base::Gauge& told, base::Gauge* last_beat)
    : loop_(loop),
      clock_(clock),
      told_(told),
      last_beat_(last_beat),
      begun_(clock.now()),
      worst_(begun_),
      timer_(loop, [this] { beat(); }) {
  start();
}

void LoopLag::beat() noexcept {
  const base::SteadyTime now = clock_.now();
  worst_.note(now, now - begun_ - kBeat);
  told_.set(static_cast<std::uint64_t>(worst_.value().count()));
  begun_ = now;
  start();
}

// The loop reads its clock once a turn, and all that came before this in the turn would shorten the wait.
void LoopLag::start() noexcept {
  if (last_beat_ != nullptr) last_beat_->set(static_cast<std::uint64_t>(begun_.time_since_epoch().count()));
  event_base_update_cache_time(loop_.base());
  timer_.start(kBeat);
}

std::chrono::nanoseconds lag_at(base::SteadyTime now, const base::Gauge& told, const base::Gauge& last_beat) noexcept {
  const auto time_of = [](const base::Gauge& gauge) {
    return std::chrono::nanoseconds(static_cast<std::int64_t>(gauge.value()));
  };
  return std::max(time_of(told), now - base::SteadyTime(time_of(last_beat)) - LoopLag::kBeat);
}

}  // namespace lb::net
