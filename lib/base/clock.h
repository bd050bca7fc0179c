// Clock: where time comes from, so that a test can hold it in its hand. Any thread.
#pragma once

#include <chrono>

namespace base {

using SteadyTime = std::chrono::steady_clock::time_point;

class Clock {
 public:
  virtual ~Clock() = default;
  [[nodiscard]] virtual SteadyTime now() const noexcept = 0;
};

class SystemClock final : public Clock {
 public:
  [[nodiscard]] SteadyTime now() const noexcept override { return std::chrono::steady_clock::now(); }
};

}  // namespace base
