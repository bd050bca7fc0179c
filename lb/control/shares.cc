#include "lb/control/shares.h"

#include <cstdint>
#include <numeric>

namespace lb::control {

Shares shares_of(const snapshot::Pool& pool) {
  Shares shares;
  for (std::size_t tier = 0; tier < pool.tiers.size() && !shares.tier; ++tier) {
    if (pool.tiers[tier]) shares.tier = backend::kConditions[tier];
  }
  const auto sum = std::accumulate(pool.weights.begin(), pool.weights.end(), std::uint64_t{0});
  for (const std::uint32_t weight : pool.weights) {
    shares.by_backend.push_back(sum == 0 ? 0 : static_cast<double>(weight) / static_cast<double>(sum));
  }
  return shares;
}

}  // namespace lb::control
