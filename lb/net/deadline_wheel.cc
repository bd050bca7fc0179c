#include "lb/net/deadline_wheel.h"

#include <algorithm>

namespace lb::net {

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

DeadlineWheel::DeadlineWheel(EventLoop& loop, const base::Clock& clock)
    : clock_(clock), tick_time_(clock.now()), timer_(loop, [this] { advance(); }) {}

Tick DeadlineWheel::ticks(std::chrono::milliseconds duration) noexcept {
  return static_cast<Tick>((std::max(duration, std::chrono::milliseconds{0}) + kTick - std::chrono::milliseconds{1}) /
                           kTick);
}

void DeadlineWheel::arm(Deadline& deadline, std::chrono::milliseconds after) noexcept {
  deadline.unlink();
  if (!ticking_) start_ticking();
  empty_slots_ = 0;
  // One more than asked: the current tick is partly over already.
  deadline.due_ = now_ + ticks(after) + 1;
  deadline.link_behind(slots_[deadline.due_ % kSlots]);
}

void DeadlineWheel::start_ticking() noexcept {
  const auto missed = (clock_.now() - tick_time_) / kTick;
  now_ += static_cast<Tick>(missed);
  tick_time_ += missed * kTick;
  ticking_ = true;
  timer_.start(kTick);
}

void DeadlineWheel::advance() noexcept {
  // A late loop catches up; when it is more than a round behind, each slot still needs only one visit.
  const auto missed = static_cast<Tick>((clock_.now() - tick_time_) / kTick);
  tick_time_ += missed * kTick;
  const Tick last = now_ + missed;
  if (missed > kSlots) now_ = last - static_cast<Tick>(kSlots);
  while (now_ != last) {
    ++now_;
    fire(slots_[now_ % kSlots]);
  }
  ticking_ = empty_slots_ < kSlots;
  if (ticking_) timer_.start(kTick);
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
    one->on_deadline();
  }
}

}  // namespace lb::net
