#include "lb/policy/the_rest.h"

#include <gtest/gtest.h>

#include <vector>

#include "tests/support/chi_squared.h"

namespace lb::policy {
namespace {

TEST(PickOfTheRest, KeepsTheProportionsOfThoseThatAreLeft) {
  const std::vector<std::uint32_t> weights{5, 3, 0, 2};
  const std::vector<std::uint32_t> rest{0, 3, 0, 2};
  const BackendIndex tried[] = {BackendIndex{0}};
  base::Random random(1);
  std::uint32_t cursor = 0;
  PickContext context{.random = random, .cursor = cursor, .excluded = tried};
  std::vector<std::uint64_t> counts(weights.size());
  for (int i = 0; i < 20'000; ++i) ++counts[static_cast<std::uint32_t>(pick_of_the_rest(weights, context).value())];
  EXPECT_TRUE(tests::chi_squared(counts, rest).fits());
}

TEST(PickOfTheRest, IsNothingWhenNothingIsLeft) {
  const BackendIndex tried[] = {BackendIndex{1}, BackendIndex{0}};
  base::Random random(1);
  std::uint32_t cursor = 0;
  PickContext context{.random = random, .cursor = cursor, .excluded = tried};
  EXPECT_TRUE(is_excluded(context, 0));
  EXPECT_FALSE(is_excluded(context, 2));
  EXPECT_FALSE(pick_of_the_rest(std::vector<std::uint32_t>{1, 1, 0}, context));
  EXPECT_FALSE(pick_of_the_rest({}, context));
}

}  // namespace
}  // namespace lb::policy
