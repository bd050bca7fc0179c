#include "lb/policy/maglev.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <numeric>
#include <string>
#include <vector>

#include "lib/base/ip_address.h"
#include "tests/support/chi_squared.h"
#include "tests/unit/lb/policy/picks.h"

namespace lb::policy {
namespace {

using testing::ElementsAre;
using Weights = std::vector<std::uint32_t>;

std::vector<std::string> names(std::size_t count) {
  std::vector<std::string> result;
  for (std::size_t i = 0; i < count; ++i) result.push_back("10.10.0." + std::to_string(i) + ":6443");
  return result;
}

Maglev maglev(const Weights& weights) {
  return {weights, names(weights.size())};
}

std::vector<std::uint64_t> places_each(const Maglev& policy, std::size_t backends) {
  std::vector<std::uint64_t> counts(backends);
  for (const std::uint32_t backend : policy.table()) ++counts[backend];
  return counts;
}

// NSDI'16 s5.3: with a table of more than a hundred times as many places as backends, no backend has 1 % more than its
// share.
TEST(Maglev, IsNeverOffByMoreThanOnePercent) {
  for (const std::size_t backends : {2U, 3U, 10U, 100U, 650U}) {
    const auto policy = maglev(Weights(backends, 1));
    const auto counts = places_each(policy, backends);
    const double share = static_cast<double>(policy.table().size()) / static_cast<double>(backends);
    EXPECT_LE(static_cast<double>(std::ranges::max(counts)), share * 1.01 + 1) << backends;
    EXPECT_GE(static_cast<double>(std::ranges::min(counts)), share * 0.99 - 1) << backends;
  }
}

TEST(Maglev, TakesTheLargerTableForManyBackends) {
  EXPECT_EQ(maglev(Weights(655, 1)).table().size(), Maglev::kPlaces);
  EXPECT_EQ(maglev(Weights(656, 1)).table().size(), Maglev::kManyPlaces);
}

TEST(Maglev, GivesPlacesByWeight) {
  const Weights weights{5, 1, 0, 2};
  const auto policy = maglev(weights);
  const auto counts = places_each(policy, weights.size());
  for (std::size_t i = 0; i < weights.size(); ++i) {
    EXPECT_NEAR(static_cast<double>(counts[i]), Maglev::kPlaces * weights[i] / 8.0, Maglev::kPlaces * 0.001) << i;
  }
}

TEST(Maglev, ForgetsNobody) {
  const auto counts = places_each(maglev({65535, 65535, 1, 0}), 4);
  EXPECT_EQ(counts[2], 1U);
  EXPECT_EQ(counts[3], 0U);
}

TEST(Maglev, SplitsByWeight) {
  const Weights weights{5, 1, 0, 2};
  EXPECT_TRUE(tests::chi_squared(count_picks(maglev(weights), 4, 3), weights).fits());
}

// The paper's figure 12: when one of a thousand goes, few connections of the others change theirs. Here one of ten.
TEST(Maglev, LeavesTheClientsOfTheOthersAloneWhenOneGoes) {
  const auto before = maglev(Weights(10, 1));
  Weights weights(10, 1);
  weights[4] = 0;
  const auto after = maglev(weights);
  std::size_t moved = 0;
  std::size_t others = 0;
  for (std::size_t i = 0; i < Maglev::kPlaces; ++i) {
    if (before.table()[i] == 4) continue;
    ++others;
    if (before.table()[i] != after.table()[i]) ++moved;
  }
  EXPECT_LT(static_cast<double>(moved), 0.05 * static_cast<double>(others));
}

TEST(Maglev, DependsOnNamesAndNotOnTheirOrder) {
  const auto forward = names(5);
  auto backward = forward;
  std::ranges::reverse(backward);
  const Maglev one(Weights(5, 1), forward);
  const Maglev other(Weights(5, 1), backward);
  std::size_t different = 0;
  for (std::size_t i = 0; i < Maglev::kPlaces; ++i) {
    if (forward[one.table()[i]] != backward[other.table()[i]]) ++different;
  }
  EXPECT_LT(different, Maglev::kPlaces / 100);  // who takes its turn first still differs in a few places
}

// Hosts of different versions and systems stand beside each other: what a client was given yesterday must not change.
TEST(Maglev, IsTheSameForEver) {
  const auto policy = maglev({1, 1, 2});
  std::vector<std::uint32_t> picked;
  std::uint32_t cursor = 0;
  base::Random random(1);
  for (const char* const text : {"192.0.2.1", "192.0.2.2", "192.0.2.3", "2001:db8::1", "2001:db8::2"}) {
    const auto client = *base::IpAddress::parse(text);
    PickContext context{.random = random, .cursor = cursor, .client = &client};
    picked.push_back(static_cast<std::uint32_t>(*policy.pick(context)));
  }
  EXPECT_THAT(picked, ElementsAre(2, 2, 1, 2, 2));
}

TEST(Maglev, MovesOnPastTheExcluded) {
  const auto policy = maglev({1, 1, 1});
  const BackendIndex tried[] = {BackendIndex{1}};
  const auto counts = count_picks(policy, 3, 1, tried);
  const Weights rest{1, 0, 1};
  EXPECT_TRUE(tests::chi_squared(counts, rest).fits());
}

TEST(Maglev, PicksNothingWhereNothingIs) {
  EXPECT_THAT(count_picks(maglev({}), 0, 1), ElementsAre());
  EXPECT_THAT(count_picks(maglev({0, 0}), 2, 1), ElementsAre(0, 0));
  const BackendIndex all[] = {BackendIndex{0}, BackendIndex{1}};
  Weights two{1, 1};
  base::Random random(1);
  std::uint32_t cursor = 0;
  PickContext context{.random = random, .cursor = cursor, .excluded = all};
  EXPECT_FALSE(maglev(two).pick(context));
}

}  // namespace
}  // namespace lb::policy
