// Ejection: for how long one backend is out, and how long it will be the next time: twice as long as before, up to ten
// times the first, and as short as at first once it has stayed in for as long as it was out. A value; one thread.
#pragma once

#include <algorithm>
#include <chrono>

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
    out_ = true;
  }
  // True once: when it is over.
  [[nodiscard]] bool ends(base::SteadyTime now) noexcept {
    if (!out_ || now < until_) return false;
    out_ = false;
    return true;
  }
  // Somebody else has ended it.
  void cancel() noexcept { out_ = false; }
  [[nodiscard]] bool out() const noexcept { return out_; }
  // Of the ejection that began last.
  [[nodiscard]] std::chrono::milliseconds duration() const noexcept { return last_; }

 private:
  static constexpr int kLongest = 10;

  std::chrono::milliseconds first_;
  std::chrono::milliseconds next_;
  std::chrono::milliseconds last_{0};
  base::SteadyTime until_{};
  bool out_ = false;
};

}  // namespace lb::control
