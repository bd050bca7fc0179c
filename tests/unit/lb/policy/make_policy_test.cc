#include "lb/policy/make_policy.h"

#include <gtest/gtest.h>

#include <array>

#include "lb/policy/weighted_random.h"

namespace lb::policy {
namespace {

TEST(MakePolicy, MakesWeightedRandomOfTheWeights) {
  const std::array<std::uint32_t, 3> weights{0, 1, 0};
  const auto policy = make_policy(cluster::PolicyKind::kWeightedRandom, weights);
  EXPECT_NE(dynamic_cast<const WeightedRandom*>(policy.get()), nullptr);
  base::Random random(1);
  PickContext context{.random = random};
  EXPECT_EQ(policy->pick(context), BackendIndex{1});
}

}  // namespace
}  // namespace lb::policy
