// Ejection: for how long one backend is out, and how long it will be the next time: twice as long as before, up to ten
// times the first, and as short as at first once it has stayed in for as long as it was out. Whether it is out now is
// the controller's to say (BackendView::ejection), because others can end an ejection too. A value; one thread.
#pragma once

#include <algorithm>
#include <chrono>
#include <utility>

#include "lib/base/clock.h"

namespace lb::control {

class Ejection {
 public:
  explicit Ejection(std::chrono::milliseconds first) noexcept : first_(first), next_(first) {}

  void begin(base::SteadyTime now) noexcept {
    const bool was_good = now - until_ > last_;
    last_ = was_good ? first_ : next_;
    next_ = std::min(2 * last_, kLongest * first_);
    until_ = now + last_;
  }
  // Whether the time of the one that began last has gone by.
  [[nodiscard]] bool is_over(base::SteadyTime now) const noexcept { return now >= until_; }
  // What the next ones start from; one that has begun lasts as long as it was to last.
  void set_first(std::chrono::milliseconds first) noexcept {
    if (std::exchange(first_, first) != first) next_ = first;
  }
  // One that another process began goes on.
  void resume(base::SteadyTime now, std::chrono::milliseconds left) noexcept {
    last_ = std::max(left, first_);
    next_ = std::min(2 * last_, kLongest * first_);
    until_ = now + left;
  }
  [[nodiscard]] std::chrono::milliseconds left(base::SteadyTime now) const noexcept {
    return std::max(std::chrono::duration_cast<std::chrono::milliseconds>(until_ - now), std::chrono::milliseconds{0});
  }
  // Of the ejection that began last.
  [[nodiscard]] std::chrono::milliseconds duration() const noexcept { return last_; }

 private:
  static constexpr int kLongest = 10;

  std::chrono::milliseconds first_;
  std::chrono::milliseconds next_;
  std::chrono::milliseconds last_{0};
  base::SteadyTime until_{};
};

}  // namespace lb::control
