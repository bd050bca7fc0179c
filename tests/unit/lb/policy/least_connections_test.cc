#include "lb/policy/least_connections.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <vector>

#include "lb/backend/lease.h"
#include "tests/support/chi_squared.h"
#include "tests/unit/lb/policy/picks.h"

namespace lb::policy {
namespace {

using testing::ElementsAre;

// Sessions that are picked and stay: how many each backend ends up with.
class Filling {
 public:
  explicit Filling(std::vector<std::uint32_t> weights, std::uint64_t seed = 1)
      : policy_(weights), backends_(make_backends(weights.size())), random_(seed), counts_(weights.size()) {}

  std::optional<std::uint32_t> add(std::span<const BackendIndex> excluded = {}) {
    PickContext context{.random = random_, .cursor = cursor_, .backends = backends_, .excluded = excluded};
    const auto picked = policy_.pick(context);
    if (!picked) return std::nullopt;
    const auto index = static_cast<std::uint32_t>(*picked);
    hold(index, 1);
    return index;
  }
  void hold(std::uint32_t index, int sessions) {
    for (int i = 0; i < sessions; ++i) leases_.emplace_back(*backends_[index], 0);
    counts_[index] += static_cast<std::uint64_t>(sessions);
  }
  [[nodiscard]] const std::vector<std::uint64_t>& counts() const { return counts_; }

 private:
  LeastConnections policy_;
  std::vector<std::shared_ptr<backend::BackendState>> backends_;
  base::Random random_;
  std::uint32_t cursor_ = 0;
  std::vector<backend::Lease> leases_;
  std::vector<std::uint64_t> counts_;
};

TEST(LeastConnections, FillsByWeight) {
  Filling filling({1, 0, 2, 5});
  for (int i = 0; i < 800; ++i) ASSERT_TRUE(filling.add());
  EXPECT_THAT(filling.counts(), ElementsAre(100, 0, 200, 500));
}

TEST(LeastConnections, GivesToTheEmptyOneUntilItIsLevel) {
  Filling filling({1, 1, 1});
  filling.hold(0, 30);
  filling.hold(1, 30);
  for (int i = 0; i < 30; ++i) EXPECT_EQ(filling.add(), 2U);
  for (int i = 0; i < 3; ++i) filling.add();
  EXPECT_THAT(filling.counts(), ElementsAre(31, 31, 31));
}

TEST(LeastConnections, ChoosesAmongEqualsAtRandom) {
  const std::vector<std::uint32_t> equal{1, 1, 1};
  EXPECT_TRUE(tests::chi_squared(count_picks(LeastConnections(equal), 3, 1), equal).fits());
}

TEST(LeastConnections, AHeavyOneComesFirstAmongTheEmpty) {
  EXPECT_EQ(Filling({1, 3, 2}).add(), 1U);
}

TEST(LeastConnections, LeavesOutTheExcluded) {
  Filling filling({1, 1, 1});
  const BackendIndex tried[] = {BackendIndex{0}, BackendIndex{2}};
  for (int i = 0; i < 10; ++i) EXPECT_EQ(filling.add(tried), 1U);
  const BackendIndex all[] = {BackendIndex{0}, BackendIndex{2}, BackendIndex{1}};
  EXPECT_FALSE(filling.add(all));
}

TEST(LeastConnections, PicksNothingWhereNothingIs) {
  EXPECT_FALSE(Filling({}).add());
  EXPECT_FALSE(Filling({0, 0}).add());
  EXPECT_FALSE(Filling(std::vector<std::uint32_t>(100, 0)).add());
}

// Two choices keep the fullest of n backends within a few sessions of the mean, where one choice would be off by tens
// (Mitzenmacher: ln ln n against the square root of the mean).
TEST(LeastConnections, TwoChoicesKeepManyBackendsLevel) {
  Filling filling(std::vector<std::uint32_t>(100, 1));
  for (int i = 0; i < kPicks; ++i) ASSERT_TRUE(filling.add());
  EXPECT_LE(std::ranges::max(filling.counts()), 210U);
  EXPECT_GE(std::ranges::min(filling.counts()), 190U);
}

TEST(LeastConnections, TwoChoicesFollowTheWeights) {
  std::vector<std::uint32_t> weights(40, 1);
  for (std::size_t i = 0; i < 20; ++i) weights[i] = 3;
  weights[39] = 0;
  Filling filling(weights);
  for (int i = 0; i < 79 * 100; ++i) ASSERT_TRUE(filling.add());
  for (std::size_t i = 0; i < weights.size(); ++i) {
    EXPECT_NEAR(static_cast<double>(filling.counts()[i]), 100.0 * weights[i], 12) << i;
  }
}

TEST(LeastConnections, ManyWithExcludedOnesGoToTheRest) {
  std::vector<std::uint32_t> weights(20, 0);
  weights[3] = 60'000;
  weights[7] = 1;
  Filling filling(weights);
  const BackendIndex heavy[] = {BackendIndex{3}};
  for (int i = 0; i < 100; ++i) EXPECT_EQ(filling.add(heavy), 7U);
  const BackendIndex both[] = {BackendIndex{3}, BackendIndex{7}};
  EXPECT_FALSE(filling.add(both));
}

}  // namespace
}  // namespace lb::policy
