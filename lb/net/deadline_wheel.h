// DeadlineWheel: thousands of coarse timeouts for the price of one timer.
//
// A hashed timing wheel (Varghese and Lauck, SOSP 1987): arming and cancelling are a few pointer writes, and a tick
// visits one slot. A deadline beyond the wheel's horizon waits in its slot and is looked at once a round. The clock of
// the wheel is the tick, so reading "now" costs nothing. One thread: the loop's.
#pragma once

#include <array>
#include <chrono>
#include <cstdint>

#include "lb/net/event_loop.h"
#include "lb/net/timer.h"
#include "lib/base/clock.h"

namespace lb::net {

// Ticks since the wheel began; wraps after 6 years.
using Tick = std::uint32_t;
inline constexpr std::chrono::milliseconds kTick{50};

// The base class of what has a deadline: at most one at a time, cancelled by its destruction. Has no virtual function,
// for an object of which there are many is then a pointer smaller; the wheel is told once what to call.
class Deadline {
 public:
  Deadline() noexcept = default;
  Deadline(const Deadline&) = delete;
  Deadline& operator=(const Deadline&) = delete;

  [[nodiscard]] bool armed() const noexcept { return next_ != nullptr; }

 protected:
  ~Deadline() { unlink(); }

 private:
  friend class DeadlineWheel;
  void unlink() noexcept;
  void link_behind(Deadline& head) noexcept;

  Deadline* previous_ = nullptr;
  Deadline* next_ = nullptr;
  Tick due_ = 0;
};

class DeadlineWheel {
 public:
  // What is called when a deadline has come: it may arm the deadline again, or destroy it.
  using OnDeadline = void (*)(Deadline&) noexcept;

  DeadlineWheel(EventLoop& loop, const base::Clock& clock, OnDeadline on_deadline);

  // Calls on_deadline no earlier than `after` from now and at most about two ticks later. Replaces an earlier arming.
  // More than a year counts as a year.
  void arm(Deadline& deadline, std::chrono::milliseconds after) noexcept;
  void cancel(Deadline& deadline) noexcept { deadline.unlink(); }

  // The last tick that the wheel has seen pass; a late loop's is behind.
  [[nodiscard]] Tick now() noexcept {
    if (!ticking_) start_ticking();
    return now_;
  }
  // Calls what is due by the clock. The wheel's own timer does so every tick.
  void advance() noexcept;
  // The same, when the loop is so late that "now" would mislead. For those who are called before the timer is.
  void catch_up() noexcept {
    if (clock_.now() - tick_time_ > kLate) advance();
  }
  // Whole ticks, rounded up.
  [[nodiscard]] static Tick ticks(std::chrono::nanoseconds duration) noexcept;

 private:
  static constexpr std::size_t kSlots = 1024;  // a round of 51 s
  static constexpr std::chrono::milliseconds kLate = 4 * kTick;
  struct Slot final : Deadline {
    Slot() noexcept;
  };

  void fire(Slot& slot) noexcept;
  void start_ticking() noexcept;
  void pass(std::int64_t ticks) noexcept;

  const base::Clock& clock_;
  OnDeadline on_deadline_;
  base::SteadyTime tick_time_;  // when now_ was reached
  Tick now_ = 0;
  bool ticking_ = false;
  std::size_t empty_slots_ = 0;  // visited one after the other; a whole round of them stops the ticking
  std::array<Slot, kSlots> slots_;
  Timer timer_;
};

}  // namespace lb::net
