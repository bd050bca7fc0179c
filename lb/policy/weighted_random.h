// WeightedRandom: each new session goes to a backend at random, in proportion to its weight; the policy that ipfw's
// `prob` rules make, at the same cost for three backends and for ten thousand. Immutable; any thread.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include "lb/policy/alias_table.h"
#include "lb/policy/policy.h"

namespace lb::policy {

class WeightedRandom final : public Policy {
 public:
  // `weights[i]` belongs to the backend with index i; 0 means that it is never picked.
  explicit WeightedRandom(std::span<const std::uint32_t> weights);

  // One random number where nothing is excluded. With excluded backends the rest keep the proportions of their weights.
  [[nodiscard]] std::optional<BackendIndex> pick(PickContext& context) const noexcept override;

 private:
  [[nodiscard]] std::optional<BackendIndex> pick_beside_excluded(PickContext& context) const noexcept;

  std::vector<std::uint32_t> weights_;
  std::optional<AliasTable> table_;  // unset where no weight is positive
};

}  // namespace lb::policy
