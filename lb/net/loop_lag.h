// LoopLag: how late a loop comes to what is due, at worst, in the last ten to twenty seconds. Measured by a timer: what
// holds its callback up holds up every session and check of that loop. Loop's thread only; `told` may be read by any.
#pragma once

#include <algorithm>
#include <chrono>

#include "lb/net/event_loop.h"
#include "lb/net/timer.h"
#include "lib/base/clock.h"
#include "lib/base/counter.h"

namespace lb::net {

// The worst of what was noted in the last one to two spans.
class WorstLately {
 public:
  static constexpr std::chrono::seconds kSpan{10};

  explicit WorstLately(base::SteadyTime now) noexcept : span_began_(now) {}
  void note(base::SteadyTime now, std::chrono::nanoseconds one) noexcept;
  [[nodiscard]] std::chrono::nanoseconds value() const noexcept { return std::max(worst_, worst_before_); }

 private:
  base::SteadyTime span_began_;
  std::chrono::nanoseconds worst_{0};
  std::chrono::nanoseconds worst_before_{0};  // of the span before
};

class LoopLag {
 public:
  static constexpr std::chrono::milliseconds kBeat{100};

  // Begins at once. `told` is set in nanoseconds, `last_beat` to the clock's time of the last look; they and `clock`
  // outlive this.
  LoopLag(EventLoop& loop, const base::Clock& clock, base::Gauge& told, base::Gauge* last_beat = nullptr);

 private:
  void beat() noexcept;
  void start() noexcept;

  EventLoop& loop_;
  const base::Clock& clock_;
  base::Gauge& told_;
  base::Gauge* last_beat_;  // null: nobody wants to know
  base::SteadyTime begun_;  // when the timer was started last
  WorstLately worst_;
  Timer timer_;
};

// How late a loop is, for a reader on another thread: one that hangs now has told nothing of it yet.
[[nodiscard]] std::chrono::nanoseconds lag_at(base::SteadyTime now, const base::Gauge& told,
                                              const base::Gauge& last_beat) noexcept;

}  // namespace lb::net
