#include "lb/control/imbalance.h"

#include <gtest/gtest.h>

#include <array>

namespace lb::control {
namespace {

TEST(Imbalance, IsWhatTheFullestHasAboveItsShare) {
  EXPECT_DOUBLE_EQ(imbalance_ratio(std::array<Load, 3>{{{10, 1}, {10, 1}, {10, 1}}}), 0);
  EXPECT_DOUBLE_EQ(imbalance_ratio(std::array<Load, 3>{{{30, 1}, {0, 1}, {0, 1}}}), 2);
  EXPECT_DOUBLE_EQ(imbalance_ratio(std::array<Load, 2>{{{20, 2}, {10, 1}}}), 0);
  EXPECT_DOUBLE_EQ(imbalance_ratio(std::array<Load, 2>{{{0, 1}, {0, 1}}}), 0);
}

TEST(Imbalance, LeavesThoseOutThatGetNoSessions) {
  EXPECT_DOUBLE_EQ(imbalance_ratio(std::array<Load, 3>{{{99, 0}, {5, 1}, {5, 1}}}), 0);
  EXPECT_FALSE(worst_surplus(std::array<Load, 3>{{{99, 0}, {5, 1}, {5, 1}}}, 0));
  EXPECT_FALSE(worst_surplus(std::array<Load, 1>{{{99, 0}}}, 0));
}

TEST(Imbalance, ASurplusBeginsAboveTheThreshold) {
  // Even would be 20 each.
  const std::array<Load, 3> loads{{{30, 1}, {20, 1}, {10, 1}}};
  const auto surplus = worst_surplus(loads, 25);
  ASSERT_TRUE(surplus);
  EXPECT_EQ(surplus->backend, 0U);
  EXPECT_EQ(surplus->sessions, 5U);
  EXPECT_FALSE(worst_surplus(loads, 50));
}

TEST(Imbalance, IsNeverAPartOfASession) {
  EXPECT_FALSE(worst_surplus(std::array<Load, 3>{{{2, 1}, {1, 1}, {1, 1}}}, 0));
  EXPECT_FALSE(worst_surplus(std::array<Load, 3>{{{1, 1}, {0, 1}, {0, 1}}}, 25));
}

TEST(Imbalance, NamesTheOneThatHasMostTooMany) {
  const auto surplus = worst_surplus(std::array<Load, 4>{{{14, 1}, {0, 1}, {26, 1}, {0, 1}}}, 0);
  ASSERT_TRUE(surplus);
  EXPECT_EQ(surplus->backend, 2U);
  EXPECT_EQ(surplus->sessions, 16U);
}

}  // namespace
}  // namespace lb::control
