#include "lb/net/deadline_wheel.h"

#include <algorithm>
#include <utility>

namespace lb::net {
namespace {

using namespace std::chrono_literals;

// As far as ticks can be told apart with room to spare: 2^31 are three years.
constexpr std::chrono::milliseconds kLongest = std::chrono::hours{366 * 24};

}  // namespace

void Deadline::unlink() noexcept {
  if (next_ == nullptr) return;
  previous_->next_ = next_;
  next_->previous_ = previous_;
  previous_ = next_ = nullptr;
}

void Deadline::link_behind(Deadline& head) noexcept {
  previous_ = &head;
  next_ = head.next_;
  next_->previous_ = this;
  head.next_ = this;
}

DeadlineWheel::Slot::Slot() noexcept {
  previous_ = next_ = this;  // an empty ring
}

DeadlineWheel::DeadlineWheel(EventLoop& loop, const base::Clock& clock, OnDeadline on_deadline)
    : clock_(clock), on_deadline_(on_deadline), tick_time_(clock.now()), timer_(loop, [this] { advance(); }) {}

Tick DeadlineWheel::ticks(std::chrono::nanoseconds duration) noexcept {
  return static_cast<Tick>((std::max(duration, 0ns) + kTick - 1ns) / kTick);
}

void DeadlineWheel::arm(Deadline& deadline, std::chrono::milliseconds after) noexcept {
  deadline.unlink();
  if (!ticking_) start_ticking();
  empty_slots_ = 0;
  // Counted from this moment and not from the last tick, which is long ago when the loop is late. The slot of now_ has
  // been visited.
  const auto since_tick = clock_.now() - tick_time_;
  deadline.due_ = now_ + std::max(ticks(since_tick + std::clamp(after, 0ms, kLongest)), Tick{1});
  deadline.link_behind(slots_[deadline.due_ % kSlots]);
}

void DeadlineWheel::start_ticking() noexcept {
  pass((clock_.now() - tick_time_) / kTick);
  ticking_ = true;
  timer_.start(kTick);
}

void DeadlineWheel::advance() noexcept {
  auto missed = (clock_.now() - tick_time_) / kTick;
  // A late loop catches up; when it is more than a round behind, each slot still needs only one visit.
  const auto round = static_cast<std::int64_t>(kSlots);
  if (missed > round) pass(std::exchange(missed, round) - round);
  for (; missed > 0; --missed) {
    pass(1);
    fire(slots_[now_ % kSlots]);
  }
  ticking_ = empty_slots_ < kSlots;
  if (ticking_) timer_.start(kTick);
}

void DeadlineWheel::pass(std::int64_t ticks) noexcept {
  now_ += static_cast<Tick>(ticks);
  tick_time_ += ticks * kTick;
}

void DeadlineWheel::fire(Slot& slot) noexcept {
  empty_slots_ = slot.next_ == &slot ? empty_slots_ + 1 : 0;
  // The due ones move to a ring of their own first: a callback may arm into this very slot.
  Slot due;
  for (Deadline* one = slot.next_; one != &slot;) {
    Deadline* const next = one->next_;
    if (static_cast<std::int32_t>(one->due_ - now_) <= 0) {
      one->unlink();
      one->link_behind(due);
    }
    one = next;
  }
  while (due.next_ != &due) {
    Deadline* const one = due.next_;
    one->unlink();
    on_deadline_(*one);
  }
}

}  // namespace lb::net
