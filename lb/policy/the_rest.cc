#include "lb/policy/the_rest.h"

#include <algorithm>
#include <random>

namespace lb::policy {

bool is_excluded(const PickContext& context, std::uint32_t index) noexcept {
  return std::ranges::find(context.excluded, BackendIndex{index}) != context.excluded.end();
}

std::optional<BackendIndex> pick_of_the_rest(std::span<const std::uint32_t> weights, PickContext& context) noexcept {
  std::uint64_t rest = 0;
  for (std::uint32_t i = 0; i < weights.size(); ++i) {
    if (!is_excluded(context, i)) rest += weights[i];
  }
  if (rest == 0) return std::nullopt;
  std::uint64_t place = std::uniform_int_distribution<std::uint64_t>(0, rest - 1)(context.random);
  for (std::uint32_t i = 0; i < weights.size(); ++i) {
    if (is_excluded(context, i)) continue;
    if (place < weights[i]) return BackendIndex{i};
    place -= weights[i];
  }
  return std::nullopt;  // never reached: place < rest
}

}  // namespace lb::policy
