#include "lb/policy/round_robin.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <numeric>
#include <vector>

#include "tests/support/chi_squared.h"
#include "tests/unit/lb/policy/picks.h"

namespace lb::policy {
namespace {

using testing::ElementsAre;

std::vector<std::uint32_t> turns(const std::vector<std::uint32_t>& weights) {
  const RoundRobin policy(weights);
  return {policy.turns().begin(), policy.turns().end()};
}

TEST(RoundRobin, GivesEachAsManyTurnsAsItsWeight) {
  for (const auto& weights : std::vector<std::vector<std::uint32_t>>{{1, 1, 1}, {5, 0, 3, 1}, {1}, {100, 1, 60}}) {
    const auto round = turns(weights);
    for (std::uint32_t i = 0; i < weights.size(); ++i) {
      EXPECT_EQ(std::ranges::count(round, i), std::ptrdiff_t{weights[i]}) << i;
    }
  }
}

TEST(RoundRobin, LeavesOutWhatAllWeightsHaveInCommon) {
  EXPECT_EQ(turns({300, 100, 0}).size(), 4U);
  EXPECT_EQ(turns({65535, 65535}).size(), 2U);
}

TEST(RoundRobin, KeepsTheProportionsOfWeightsTooLargeForARound) {
  const std::vector<std::uint32_t> weights{65535, 65521, 3, 30011};
  const auto round = turns(weights);
  EXPECT_LE(round.size(), RoundRobin::kMostTurns + weights.size());
  const double sum = 65535 + 65521 + 3 + 30011;
  for (std::uint32_t i = 0; i < weights.size(); ++i) {
    const auto share = static_cast<double>(std::ranges::count(round, i)) / static_cast<double>(round.size());
    EXPECT_NEAR(share, weights[i] / sum, 1e-4) << i;
    EXPECT_GT(share, 0) << i;
  }
}

// Between two turns of one backend there are neither much fewer nor much more turns than its weight asks for.
TEST(RoundRobin, SpreadsTheTurnsEvenly) {
  const std::vector<std::uint32_t> weights{5, 1, 1, 13, 4};
  auto round = turns(weights);
  const std::size_t size = round.size();
  round.insert(round.end(), round.begin(), round.end());  // the next round follows
  for (std::uint32_t i = 0; i < weights.size(); ++i) {
    const double wanted = static_cast<double>(size) / weights[i];
    std::optional<std::size_t> before;
    for (std::size_t place = 0; place < round.size(); ++place) {
      if (round[place] != i) continue;
      if (before) {
        EXPECT_NEAR(static_cast<double>(place - *before), wanted, 4.0) << i;
      }
      before = place;
    }
  }
}

TEST(RoundRobin, SplitsByWeightExactly) {
  const RoundRobin policy(std::vector<std::uint32_t>{1, 1, 2});
  EXPECT_THAT(count_picks(policy, 3, 1), ElementsAre(5000, 5000, 10'000));
}

TEST(RoundRobin, GoesOnWhereTheWorkersRoundIs) {
  const RoundRobin policy(std::vector<std::uint32_t>{1, 1, 1});
  base::Random random(1);
  std::uint32_t cursor = 4'000'000'000;  // from another policy, or the beginning
  std::vector<std::uint32_t> picked;
  for (int i = 0; i < 6; ++i) {
    PickContext context{.random = random, .cursor = cursor};
    picked.push_back(static_cast<std::uint32_t>(*policy.pick(context)));
  }
  EXPECT_TRUE(std::ranges::is_permutation(std::span(picked).first(3), std::vector<std::uint32_t>{0, 1, 2}));
  EXPECT_TRUE(std::ranges::equal(std::span(picked).first(3), std::span(picked).last(3)));
}

TEST(RoundRobin, ASecondTryTakesNobodysTurn) {
  const RoundRobin policy(std::vector<std::uint32_t>{1, 1, 1});
  base::Random random(1);
  std::uint32_t cursor = 0;
  std::vector<int> first_picks(3);
  for (int i = 0; i < 30; ++i) {
    PickContext first{.random = random, .cursor = cursor};
    const BackendIndex tried[] = {*policy.pick(first)};
    ++first_picks[static_cast<std::size_t>(tried[0])];
    PickContext second{.random = random, .cursor = cursor, .excluded = tried};
    EXPECT_NE(policy.pick(second), tried[0]);
  }
  EXPECT_THAT(first_picks, ElementsAre(10, 10, 10));
}

TEST(RoundRobin, SecondTriesAreSpreadByWeight) {
  const RoundRobin policy(std::vector<std::uint32_t>{60'000, 1, 3});
  const BackendIndex tried[] = {BackendIndex{0}};
  const auto counts = count_picks(policy, 3, 1, tried);
  EXPECT_EQ(counts[0], 0U);
  EXPECT_EQ(counts[1] + counts[2], std::uint64_t{kPicks});
  const std::vector<std::uint32_t> rest{0, 1, 3};
  EXPECT_TRUE(tests::chi_squared(counts, rest).fits());
}

TEST(RoundRobin, PicksNothingWhereNothingIs) {
  EXPECT_THAT(count_picks(RoundRobin({}), 0, 1), ElementsAre());
  EXPECT_THAT(count_picks(RoundRobin(std::vector<std::uint32_t>{0, 0}), 2, 1), ElementsAre(0, 0));
  const BackendIndex all[] = {BackendIndex{0}, BackendIndex{1}};
  EXPECT_THAT(count_picks(RoundRobin(std::vector<std::uint32_t>{2, 1}), 2, 1, all), ElementsAre(0, 0));
}

}  // namespace
}  // namespace lb::policy
