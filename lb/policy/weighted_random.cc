#include "lb/policy/weighted_random.h"

#include <algorithm>

#include "lb/policy/the_rest.h"

namespace lb::policy {
namespace {

// Retries are rare and exclude a few of many, so that a second draw nearly always hits; what four draws miss is a pool
// where the excluded backends hold most of the weight.
constexpr int kDraws = 4;

}  // namespace

WeightedRandom::WeightedRandom(std::span<const std::uint32_t> weights) : weights_(weights.begin(), weights.end()) {
  if (std::ranges::any_of(weights_, [](std::uint32_t weight) { return weight > 0; })) table_.emplace(weights_);
}

std::optional<BackendIndex> WeightedRandom::pick(PickContext& context) const noexcept {
  if (!table_) return std::nullopt;
  if (!context.excluded.empty()) return pick_beside_excluded(context);
  return BackendIndex{table_->draw(context.random())};
}

std::optional<BackendIndex> WeightedRandom::pick_beside_excluded(PickContext& context) const noexcept {
  for (int i = 0; i < kDraws; ++i) {
    const std::uint32_t index = table_->draw(context.random());
    if (!is_excluded(context, index)) return BackendIndex{index};
  }
  // Drawing again until nothing excluded is hit, and one draw from the rest alone, have the same distribution; so has
  // doing the one and then the other.
  return pick_of_the_rest(weights_, context);
}
}  // namespace lb::policy
