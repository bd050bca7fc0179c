#include "lb/snapshot/slow_start.h"

#include <gtest/gtest.h>

#include "lb/policy/make_policy.h"
#include "tests/support/chi_squared.h"
#include "tests/unit/lb/policy/picks.h"

namespace lb::snapshot {
namespace {

using namespace std::chrono_literals;

TEST(SlowStart, BeginsWithATenthAndEndsExactly) {
  EXPECT_EQ(ramped_share(0s, 30s), kFirstShare);
  EXPECT_EQ(ramped_share(15s, 30s), 55U);
  EXPECT_EQ(ramped_share(30s - 1ms, 30s), kFullShare - 1);
  EXPECT_EQ(ramped_share(30s, 30s), kFullShare);
  EXPECT_EQ(ramped_share(24h, 30s), kFullShare);
  EXPECT_EQ(ramped_share(0s, 0s), kFullShare);
  EXPECT_EQ(ramped_share(-1s, 30s), kFirstShare);
}

TEST(SlowStart, NeverFalls) {
  for (const auto span : {1ms, 7ms, 999ms, 3'600'000ms}) {
    std::uint32_t last = 0;
    for (int step = 0; step <= 1000; ++step) {
      const std::uint32_t share = ramped_share(span * step / 1000, span);
      EXPECT_GE(share, last);
      EXPECT_GE(share, kFirstShare);
      last = share;
    }
    EXPECT_EQ(last, kFullShare);
  }
}

TEST(SlowStart, GivesEveryWeightSomethingAndZeroNothing) {
  EXPECT_EQ(ramped_weight(0, kFullShare), 0U);
  EXPECT_EQ(ramped_weight(1, kFirstShare), 10U);
  EXPECT_EQ(ramped_weight(1, kFullShare), 100U);
  EXPECT_EQ(ramped_weight(65535, kFullShare), 6'553'500U);
}

// Backends of weight 1, 2 and 1, of which the second came back, at several moments of its 30 s.
TEST(SlowStart, RampsWhatEveryPolicyOfWeightsPicks) {
  for (const auto kind :
       {cluster::PolicyKind::kWeightedRandom, cluster::PolicyKind::kRoundRobin, cluster::PolicyKind::kMaglev}) {
    for (const auto since : {0s, 3s, 10s, 15s, 29s, 30s}) {
      const std::vector<std::uint32_t> weights{ramped_weight(1, kFullShare), ramped_weight(2, ramped_share(since, 30s)),
                                               ramped_weight(1, kFullShare)};
      const std::vector<std::string> names{"10.10.0.11:6443", "10.10.0.12:6443", "10.10.0.13:6443"};
      const auto policy = policy::make_policy(kind, weights, names);
      const auto counts = policy::count_picks(*policy, weights.size(), 5);
      EXPECT_TRUE(tests::chi_squared(counts, weights).fits()) << name_of(kind) << " after " << since.count() << " s";
    }
  }
}

// What counts there is the sessions that are open: they stand in the proportion of the weights.
TEST(SlowStart, RampsWhatLeastConnectionsHolds) {
  const std::vector<std::uint32_t> weights{ramped_weight(1, kFullShare), ramped_weight(1, ramped_share(5s, 30s))};
  const auto policy = policy::make_policy(cluster::PolicyKind::kLeastConnections, weights, {});
  const auto backends = policy::make_backends(weights.size());
  base::Random random(1);
  std::uint32_t cursor = 0;
  for (int i = 0; i < 1250; ++i) {
    policy::PickContext context{.random = random, .cursor = cursor, .backends = backends};
    backends[static_cast<std::size_t>(*policy->pick(context))]->counters(0).active.add(1);
  }
  EXPECT_EQ(weights[1], 25U);
  EXPECT_NEAR(static_cast<double>(backends[1]->counters(0).active.value()), 250, 2);
}

TEST(SlowStart, NeverThrottlesALoneSurvivor) {
  const std::vector<std::uint32_t> weights{0, ramped_weight(3, kFirstShare), 0};
  const auto policy = policy::make_policy(cluster::PolicyKind::kWeightedRandom, weights, {});
  EXPECT_EQ(policy::count_picks(*policy, weights.size(), 5)[1], static_cast<std::uint64_t>(policy::kPicks));
}

}  // namespace
}  // namespace lb::snapshot
