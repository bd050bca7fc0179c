#include "lb/policy/alias_table.h"

#include <gtest/gtest.h>

#include <cmath>
#include <numeric>

#include "lib/base/random.h"

namespace lb::policy {
namespace {

// The probability of every index as the table's columns say it.
std::vector<double> probabilities(const AliasTable& table) {
  const auto columns = table.columns();
  const double width = 1.0 / static_cast<double>(columns.size());
  std::vector<double> result(columns.size());
  for (std::size_t i = 0; i < columns.size(); ++i) {
    const double own = std::ldexp(columns[i].threshold, -32);
    result[i] += own * width;
    result[columns[i].alias] += (1 - own) * width;
  }
  return result;
}

void expect_exact(const std::vector<std::uint32_t>& weights) {
  const auto sum = static_cast<double>(std::accumulate(weights.begin(), weights.end(), std::uint64_t{0}));
  const auto found = probabilities(AliasTable(weights));
  for (std::size_t i = 0; i < weights.size(); ++i) {
    EXPECT_NEAR(found[i], weights[i] / sum, std::ldexp(1.0, -32)) << "index " << i << " of " << weights.size();
    EXPECT_EQ(found[i] > 0, weights[i] > 0) << "index " << i;
  }
}

TEST(AliasTable, HoldsEveryWeightTo32Bits) {
  expect_exact({1});
  expect_exact({1, 1, 1});
  expect_exact({1, 1, 2});
  expect_exact({0, 5, 0, 3, 1, 0});
  expect_exact({1, 4294967295});
  expect_exact({4294967295, 1, 4294967295, 4294967295});
}

TEST(AliasTable, HoldsManyRandomWeights) {
  base::Random random(7);
  std::vector<std::uint32_t> weights(10'000);
  for (auto& weight : weights) weight = static_cast<std::uint32_t>(random() >> (32 + random() % 32));
  expect_exact(weights);
}

TEST(AliasTable, DrawsTheColumnByTheUpperPartAndThePlaceByTheLower) {
  const std::vector<std::uint32_t> weights{1, 3};
  const AliasTable table(weights);  // column 0 is half its own, half index 1's
  EXPECT_EQ(table.draw(0), 0U);
  EXPECT_EQ(table.draw((1ULL << 62) - 1), 0U);
  EXPECT_EQ(table.draw(1ULL << 62), 1U);
  EXPECT_EQ(table.draw(UINT64_MAX), 1U);
}

TEST(AliasTable, CanDrawTheLightestBesideTheHeaviest) {
  const std::vector<std::uint32_t> weights{1, 4294967295};
  const AliasTable table(weights);
  EXPECT_EQ(table.draw(0), 0U);
  EXPECT_EQ(table.draw((1ULL << 32) - 1), 0U);  // 2^32 of the 2^64 numbers: exactly 1 / 2^32
  EXPECT_EQ(table.draw(1ULL << 32), 1U);
}

TEST(AliasTable, IsEightBytesAnIndex) {
  EXPECT_EQ(sizeof(AliasTable::Column), 8U);
}

}  // namespace
}  // namespace lb::policy
