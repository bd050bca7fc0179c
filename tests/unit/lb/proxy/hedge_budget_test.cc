#include "lb/proxy/hedge_budget.h"

#include <gtest/gtest.h>

namespace lb::proxy {
namespace {

constexpr net::Tick kSecond = std::chrono::seconds{1} / net::kTick;

unsigned take_all(HedgeBudget& budget, net::Tick now) {
  unsigned taken = 0;
  for (; taken < 1000 && budget.has_any(now); ++taken) budget.spend(now);
  return taken;
}

TEST(HedgeBudget, GrantsTheLeastWhereNobodyComes) {
  HedgeBudget budget(7);
  EXPECT_EQ(take_all(budget, 3), 7U);
  EXPECT_FALSE(budget.has_any(9 * kSecond));
}

TEST(HedgeBudget, GrantsAFifthOfTheConnections) {
  HedgeBudget budget(7);
  for (net::Tick second = 0; second < 10; ++second) {
    for (int i = 0; i < 20; ++i) budget.note_connection(second * kSecond);
  }
  EXPECT_EQ(take_all(budget, 9 * kSecond), 40U);
}

TEST(HedgeBudget, ForgetsWhatIsTenSecondsOld) {
  HedgeBudget budget(1);
  for (int i = 0; i < 100; ++i) budget.note_connection(0);
  EXPECT_EQ(take_all(budget, 5 * kSecond), 20U);
  EXPECT_EQ(take_all(budget, 10 * kSecond), 0U);  // the connections are forgotten, the hedges are not
  EXPECT_EQ(take_all(budget, 15 * kSecond), 1U);
  EXPECT_EQ(take_all(budget, 1000 * kSecond), 1U);
}

TEST(HedgeBudget, StartsAtAnyTick) {
  HedgeBudget budget(2);
  budget.note_connection(77 * kSecond);
  EXPECT_EQ(take_all(budget, 77 * kSecond), 2U);
}

}  // namespace
}  // namespace lb::proxy
