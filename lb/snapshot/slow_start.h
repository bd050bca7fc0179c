// Slow start: a backend that comes back gets a tenth of its weight at first, and all of it after a while. Pure.
//
// Weights are whole numbers and often 1, so while one backend of a pool is on its way, those of all its backends are
// multiplied by kFullShare. A share is relative: who is alone gets every session, whatever its weight.
#pragma once

#include <chrono>
#include <cstdint>

namespace lb::snapshot {

// Percent of a weight.
inline constexpr std::uint32_t kFirstShare = 10;
inline constexpr std::uint32_t kFullShare = 100;

// What a backend gets that came back `since` ago and is to have everything after `span`. Never falls while time goes
// on.
[[nodiscard]] constexpr std::uint32_t ramped_share(std::chrono::milliseconds since,
                                                   std::chrono::milliseconds span) noexcept {
  if (since >= span) return kFullShare;
  if (since.count() <= 0) return kFirstShare;
  const auto gained = (kFullShare - kFirstShare) * since.count() / span.count();
  return kFirstShare + static_cast<std::uint32_t>(gained);
}

// Of a weight up to 65535, in kFullShare-ths of it; only 0 becomes 0.
[[nodiscard]] constexpr std::uint32_t ramped_weight(std::uint32_t weight, std::uint32_t share) noexcept {
  return weight * share;
}

}  // namespace lb::snapshot
