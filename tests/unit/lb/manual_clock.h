// ManualClock: time that the test holds in its hand. One thread.
#pragma once

#include "lib/base/clock.h"

namespace lb {

class ManualClock final : public base::Clock {
 public:
  [[nodiscard]] base::SteadyTime now() const noexcept override { return now_; }
  void advance(std::chrono::nanoseconds by) noexcept { now_ += by; }

 private:
  base::SteadyTime now_{std::chrono::hours{1000}};
};

}  // namespace lb
