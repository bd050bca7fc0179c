#include "lb/policy/least_connections.h"

#include <algorithm>

#include "lb/policy/the_rest.h"

namespace lb::policy {
namespace {

constexpr int kTriesToDraw = 8;  // for a second one, or one that is not excluded

}  // namespace

LeastConnections::LeastConnections(std::span<const std::uint32_t> weights) : weights_(weights.begin(), weights.end()) {
  const bool any = std::ranges::any_of(weights_, [](std::uint32_t weight) { return weight > 0; });
  if (any && weights_.size() > kFew) table_.emplace(weights_);
}

std::optional<BackendIndex> LeastConnections::pick(PickContext& context) const noexcept {
  return table_ ? pick_of_two(context) : pick_of_all(context);
}

LeastConnections::Load LeastConnections::load_of(const PickContext& context, std::uint32_t index) const noexcept {
  return {context.backends[index]->total(&backend::BackendCounters::active) + 1, weights_[index]};
}

std::optional<BackendIndex> LeastConnections::pick_of_all(PickContext& context) const noexcept {
  std::optional<std::uint32_t> best;
  Load least{};
  std::uint64_t equals = 0;
  for (std::uint32_t i = 0; i < weights_.size(); ++i) {
    if (weights_[i] == 0 || is_excluded(context, i)) continue;
    const Load load = load_of(context, i);
    if (best && least.below(load)) continue;
    equals = best && !load.below(least) ? equals + 1 : 1;
    // The n-th of equals takes the place of those before it with probability 1/n, so each has the same chance.
    if (equals > 1 && context.random() % equals != 0) continue;
    best = i;
    least = load;
  }
  if (!best) return std::nullopt;
  return BackendIndex{*best};
}

std::optional<BackendIndex> LeastConnections::pick_of_two(PickContext& context) const noexcept {
  const auto first = draw(context, std::nullopt);
  if (!first) return pick_of_the_rest(weights_, context);
  const auto second = draw(context, first);
  if (!second) return BackendIndex{*first};
  return BackendIndex{load_of(context, *second).below(load_of(context, *first)) ? *second : *first};
}

std::optional<std::uint32_t> LeastConnections::draw(PickContext& context,
                                                    std::optional<std::uint32_t> other) const noexcept {
  for (int i = 0; i < kTriesToDraw; ++i) {
    const std::uint32_t index = table_->draw(context.random());
    if (index != other && !is_excluded(context, index)) return index;
  }
  return std::nullopt;
}

}  // namespace lb::policy
