// ProcessUsage: what this process takes of its host, as the system tells. Values; any thread.
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <utility>

#include "lib/base/clock.h"

namespace base {

// What a system does not tell is unset.
struct ProcessUsage {
  std::chrono::microseconds cpu{0};             // of all threads, user and system
  std::optional<std::uint64_t> resident_bytes;  // memory that is really there
  std::optional<std::uint64_t> open_descriptors;
  std::uint64_t most_descriptors = 0;  // the soft limit
  std::optional<std::chrono::system_clock::time_point> started;
};

// How many descriptors are open. Linux before 6.2 has them counted one by one, which takes milliseconds for ten
// thousand of them: there the number is kept for a while. One thread.
class DescriptorCount {
 public:
  static constexpr std::chrono::seconds kKept{10};

  // `folder`: has an entry for each of them, beside "." and "..".
  explicit DescriptorCount(std::string folder = "/proc/self/fd") : folder_(std::move(folder)) {}

  // None where the system does not tell.
  [[nodiscard]] std::optional<std::uint64_t> value(SteadyTime now);

 private:
  std::string folder_;
  SteadyTime counted_at_{};
  std::optional<std::uint64_t> counted_;
};

// Some tens of microseconds, and what counting descriptors takes.
[[nodiscard]] ProcessUsage process_usage(DescriptorCount& descriptors, SteadyTime now);

}  // namespace base
