// Lateness: whether the control loop ran late, so that what it saw meanwhile says nothing about others: a check that
// found no answer in time may only have looked too late. Told by a heartbeat that is due every kBeat. One thread.
#pragma once

#include <chrono>

#include "lib/base/clock.h"

namespace lb::control {

class Lateness {
 public:
  static constexpr std::chrono::milliseconds kBeat{100};
  static constexpr std::chrono::milliseconds kTolerated{500};

  // `clock` outlives it.
  explicit Lateness(const base::Clock& clock) noexcept : clock_(clock), last_beat_(clock.now()) {}

  // Beats begin anew, after a time without.
  void restart() noexcept { last_beat_ = clock_.now(); }

  // Called by the loop kBeat after the call before, as well as it can.
  void beat() noexcept {
    const base::SteadyTime now = clock_.now();
    if (is_late(now)) late_until_ = now;
    last_beat_ = now;
  }

  // Whether the loop was late at any moment from `begun` to now.
  [[nodiscard]] bool any_since(base::SteadyTime begun) const noexcept {
    return late_until_ >= begun || is_late(clock_.now());
  }

 private:
  [[nodiscard]] bool is_late(base::SteadyTime now) const noexcept { return now - last_beat_ > kBeat + kTolerated; }

  const base::Clock& clock_;
  base::SteadyTime last_beat_;
  base::SteadyTime late_until_ = base::SteadyTime::min();
};

}  // namespace lb::control
