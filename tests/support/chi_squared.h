// Pearson's chi-squared test: do the counts fit the weights? Any thread.
#pragma once

#include <cmath>
#include <cstdint>
#include <numeric>
#include <span>

namespace tests {

struct ChiSquared {
  double statistic = 0;
  double limit = 0;  // what the statistic stays below with probability 0.999 when the counts do follow the weights

  [[nodiscard]] bool fits() const { return statistic < limit; }
};

// Neighbours are pooled until five are expected, as the test asks. A count where the weight is 0 never fits.
inline ChiSquared chi_squared(std::span<const std::uint64_t> counts, std::span<const std::uint32_t> weights) {
  const auto total = static_cast<double>(std::accumulate(counts.begin(), counts.end(), std::uint64_t{0}));
  const auto sum = static_cast<double>(std::accumulate(weights.begin(), weights.end(), std::uint64_t{0}));
  ChiSquared result;
  double observed = 0;
  double expected = 0;
  double cells = 0;
  for (std::size_t i = 0; i < counts.size(); ++i) {
    if (weights[i] == 0 && counts[i] > 0) return {.statistic = INFINITY, .limit = 0};
    observed += static_cast<double>(counts[i]);
    expected += total * weights[i] / sum;
    if (expected < 5) continue;
    result.statistic += (observed - expected) * (observed - expected) / expected;
    observed = expected = 0;
    ++cells;
  }
  // Wilson and Hilferty (1931): the cube root of chi-squared / k is nearly normal; 3.0902 is the normal's 0.999
  // quantile.
  const double k = std::fmax(cells - 1, 1);
  result.limit = k * std::pow(1 - 2 / (9 * k) + 3.0902 * std::sqrt(2 / (9 * k)), 3);
  return result;
}

}  // namespace tests
