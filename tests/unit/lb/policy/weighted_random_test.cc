#include "lb/policy/weighted_random.h"

#include <gtest/gtest.h>

#include <numeric>
#include <vector>

#include "tests/support/chi_squared.h"
#include "tests/unit/lb/policy/picks.h"

namespace lb::policy {
namespace {

std::vector<std::uint64_t> count_picks(const std::vector<std::uint32_t>& weights, std::uint64_t seed,
                                       std::span<const BackendIndex> excluded = {}) {
  return count_picks(WeightedRandom(weights), weights.size(), seed, excluded);
}

std::uint64_t total_of(const std::vector<std::uint64_t>& counts) {
  return std::accumulate(counts.begin(), counts.end(), std::uint64_t{0});
}

void expect_split(const std::vector<std::uint32_t>& weights, std::uint64_t seed) {
  const auto counts = count_picks(weights, seed);
  EXPECT_EQ(total_of(counts), std::uint64_t{kPicks});
  const auto test = tests::chi_squared(counts, weights);
  EXPECT_TRUE(test.fits()) << weights.size() << " weights, seed " << seed << ": " << test.statistic
                           << " >= " << test.limit;
}

TEST(WeightedRandom, SplitsByWeight) {
  expect_split({1, 1, 1}, 1);
  expect_split({1, 1, 2}, 2);
  expect_split({5, 3, 1}, 3);
  expect_split({7, 0, 100, 1, 0, 40, 3}, 4);
  expect_split({4294967295, 4294967295, 2147483648}, 5);
}

TEST(WeightedRandom, SplitsOverTenThousandBackends) {
  base::Random random(6);
  std::vector<std::uint32_t> weights(10'000);
  for (auto& weight : weights) weight = static_cast<std::uint32_t>(random() % 1000);
  expect_split(weights, 7);
}

TEST(WeightedRandom, TheChiSquaredTestSeesAWrongSplit) {
  const std::vector<std::uint32_t> wrong{100, 100, 108};
  const std::vector<std::uint32_t> right{1, 1, 1};
  EXPECT_FALSE(tests::chi_squared(count_picks(wrong, 1), right).fits());
}

TEST(WeightedRandom, SameSeedSamePicks) {
  const std::vector<std::uint32_t> weights{1, 2, 3};
  EXPECT_EQ(count_picks(weights, 42), count_picks(weights, 42));
  EXPECT_NE(count_picks(weights, 42), count_picks(weights, 43));
}

TEST(WeightedRandom, TakesOneRandomNumberAPick) {
  const std::vector<std::uint32_t> weights{3, 0, 1};
  const WeightedRandom policy(weights);
  base::Random used(9);
  base::Random reference(9);
  std::uint32_t cursor = 0;
  for (int i = 0; i < 100; ++i) {
    PickContext context{.random = used, .cursor = cursor};
    ASSERT_TRUE(policy.pick(context));
    reference();
  }
  EXPECT_EQ(used(), reference());
}

TEST(WeightedRandom, PicksTheHeavyOneBesideAFeather) {
  EXPECT_EQ(count_picks({1, 4294967295}, 1)[1], std::uint64_t{kPicks});
}

TEST(WeightedRandom, PicksTheOnlyBackend) {
  EXPECT_EQ(count_picks({3}, 1)[0], std::uint64_t{kPicks});
}

TEST(WeightedRandom, PicksNothingWhereNothingIs) {
  EXPECT_EQ(total_of(count_picks({0, 0, 0}, 1)), 0U);
  EXPECT_EQ(total_of(count_picks({}, 1)), 0U);
}

TEST(WeightedRandom, KeepsTheProportionsOfTheRest) {
  const BackendIndex tried[] = {BackendIndex{0}};
  const std::vector<std::uint32_t> rest{0, 3, 2};
  const auto by_drawing_again = count_picks({5, 3, 2}, 1, tried);
  EXPECT_EQ(total_of(by_drawing_again), std::uint64_t{kPicks});
  EXPECT_TRUE(tests::chi_squared(by_drawing_again, rest).fits());
  const auto by_the_rest_alone = count_picks({4'000'000'000, 3, 2}, 1, tried);
  EXPECT_EQ(total_of(by_the_rest_alone), std::uint64_t{kPicks});
  EXPECT_TRUE(tests::chi_squared(by_the_rest_alone, rest).fits());
}

TEST(WeightedRandom, PicksNothingWhenAllAreExcluded) {
  const BackendIndex tried[] = {BackendIndex{2}, BackendIndex{0}};
  EXPECT_EQ(total_of(count_picks({1, 0, 1}, 1, tried)), 0U);
}

}  // namespace
}  // namespace lb::policy
