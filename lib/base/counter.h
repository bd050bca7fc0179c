// Counter: a number that one thread writes and any thread reads. Plain load and store, no locked instruction; readers
// may see it a moment late, never torn.
#pragma once

#include <atomic>
#include <cstdint>

namespace base {

class Counter {
 public:
  void add(std::uint64_t n) noexcept { set(value() + n); }
  void subtract(std::uint64_t n) noexcept { set(value() - n); }
  [[nodiscard]] std::uint64_t value() const noexcept { return value_.load(std::memory_order_relaxed); }

 private:
  void set(std::uint64_t value) noexcept { value_.store(value, std::memory_order_relaxed); }

  std::atomic<std::uint64_t> value_{0};
};

// The same for what goes up and down: the last value counts.
class Gauge {
 public:
  void set(std::uint64_t value) noexcept { value_.store(value, std::memory_order_relaxed); }
  [[nodiscard]] std::uint64_t value() const noexcept { return value_.load(std::memory_order_relaxed); }

 private:
  std::atomic<std::uint64_t> value_{0};
};

// Keeps what different threads write apart, so that they do not fight for one cache line.
inline constexpr std::size_t kCacheLine = 64;

}  // namespace base
