// Origin: where a session comes from: the race for its backend while that is on, and afterwards only the moment when it
// was accepted. Both in the same eight bytes, because there may be thousands of idle sessions. Worker's thread only.
#pragma once

#include <chrono>
#include <cstdint>
#include <memory>

#include "lb/proxy/race.h"
#include "lib/base/clock.h"

namespace lb::proxy {

class Origin {
 public:
  explicit Origin(std::unique_ptr<Race> race) noexcept : bits_(reinterpret_cast<std::uintptr_t>(race.release())) {}
  ~Origin() { end_race(); }
  Origin(const Origin&) = delete;
  Origin& operator=(const Origin&) = delete;

  // Null once it is over.
  [[nodiscard]] Race* race() const noexcept {
    if ((bits_ & kOver) != 0) return nullptr;
    return reinterpret_cast<Race*>(static_cast<std::uintptr_t>(bits_));  // NOLINT(performance-no-int-to-ptr)
  }
  [[nodiscard]] base::SteadyTime accepted() const noexcept {
    if (const Race* const current = race()) return current->accepted();
    return base::SteadyTime(std::chrono::nanoseconds(static_cast<std::int64_t>(bits_) >> 1));
  }
  void end_race() noexcept {
    const std::unique_ptr<const Race> ended(race());
    if (ended) bits_ = (static_cast<std::uint64_t>(ended->accepted().time_since_epoch().count()) << 1) | kOver;
  }

 private:
  static_assert(alignof(Race) > 1);
  static constexpr std::uint64_t kOver = 1;  // no race has an odd address

  std::uint64_t bits_;  // the race's address; or the time in nanoseconds, and kOver
};

}  // namespace lb::proxy
