#include "lb/policy/alias_table.h"

#include <cmath>
#include <numeric>

namespace lb::policy {
namespace {

// part / whole as a count of 2^-32, rounded down; part < whole.
std::uint32_t threshold_of(std::uint64_t part, std::uint64_t whole) {
  return static_cast<std::uint32_t>(std::ldexp(static_cast<double>(part) / static_cast<double>(whole), 32));
}

}  // namespace

AliasTable::AliasTable(std::span<const std::uint32_t> weights) : columns_(weights.size()) {
  // In units of sum / size a column holds exactly `sum`: integers, so that no rounding gathers on the way.
  const std::uint64_t sum = std::accumulate(weights.begin(), weights.end(), std::uint64_t{0});
  std::vector<std::uint64_t> rest(weights.size());
  std::vector<std::uint32_t> light;
  std::vector<std::uint32_t> heavy;
  for (std::uint32_t i = 0; i < weights.size(); ++i) {
    rest[i] = weights[i] * std::uint64_t{weights.size()};
    columns_[i] = {.threshold = 0, .alias = i};  // full of its own, unless it proves to be light
    (rest[i] < sum ? light : heavy).push_back(i);
  }
  while (!light.empty()) {
    const std::uint32_t poor = light.back();
    const std::uint32_t rich = heavy.back();  // there is one: the average is exactly `sum`
    light.pop_back();
    columns_[poor] = {.threshold = threshold_of(rest[poor], sum), .alias = rich};
    rest[rich] -= sum - rest[poor];
    if (rest[rich] >= sum) continue;
    heavy.pop_back();
    light.push_back(rich);
  }
}

}  // namespace lb::policy
