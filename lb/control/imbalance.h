// Imbalance: how far sessions are from the shares that the weights give. Pure; any thread.
#pragma once

#include <cstdint>
#include <optional>
#include <span>

namespace lb::control {

// A backend that new sessions may go to.
struct Load {
  std::uint64_t active = 0;  // sessions now
  std::uint32_t weight = 0;
};

// By how much the fullest backend is above its share, in parts of that share; 0 where nobody is.
[[nodiscard]] double imbalance_ratio(std::span<const Load> loads) noexcept;

// The backend that is furthest above its share and `threshold` percent, and the whole sessions that it has too many;
// nothing where nobody has any.
struct Surplus {
  std::size_t backend = 0;
  std::uint64_t sessions = 0;
};
[[nodiscard]] std::optional<Surplus> worst_surplus(std::span<const Load> loads, unsigned threshold) noexcept;

}  // namespace lb::control
