#include "lb/control/ejection.h"

#include <gtest/gtest.h>

namespace lb::control {
namespace {

using namespace std::chrono_literals;

constexpr base::SteadyTime kStart{1h};

TEST(Ejection, IsOverWhenItsTimeHasGoneBy) {
  Ejection ejection(10s);
  ejection.begin(kStart);
  EXPECT_FALSE(ejection.is_over(kStart));
  EXPECT_FALSE(ejection.is_over(kStart + 9999ms));
  EXPECT_TRUE(ejection.is_over(kStart + 10s));
}

TEST(Ejection, GrowsWhileItComesAgainSoonUpToTenTimes) {
  Ejection ejection(1s);
  base::SteadyTime now = kStart;
  for (const auto expected : {1s, 2s, 4s, 8s, 10s, 10s}) {
    ejection.begin(now);
    EXPECT_EQ(ejection.duration(), expected);
    now += expected;
    ASSERT_TRUE(ejection.is_over(now));
    now += 500ms;
  }
}

TEST(Ejection, IsShortAgainForABackendThatWasGoodForAsLong) {
  Ejection ejection(1s);
  ejection.begin(kStart);
  ASSERT_TRUE(ejection.is_over(kStart + 1s));
  ejection.begin(kStart + 1500ms);
  EXPECT_EQ(ejection.duration(), 2s);
  ASSERT_TRUE(ejection.is_over(kStart + 3500ms));
  ejection.begin(kStart + 5600ms);
  EXPECT_EQ(ejection.duration(), 1s);
}

TEST(Ejection, StartsFromWhatAReloadSaysOnceTheOneThatRunsIsOver) {
  Ejection ejection(1s);
  ejection.begin(kStart);
  ejection.set_first(5s);
  EXPECT_EQ(ejection.left(kStart), 1s);
  ASSERT_TRUE(ejection.is_over(kStart + 1s));
  ejection.begin(kStart + 1500ms);
  EXPECT_EQ(ejection.duration(), 5s);
}

TEST(Ejection, GoesOnFromAnotherProcess) {
  Ejection ejection(1s);
  ejection.resume(kStart, 3s);
  EXPECT_EQ(ejection.left(kStart + 1s), 2s);
  EXPECT_FALSE(ejection.is_over(kStart + 2999ms));
  EXPECT_TRUE(ejection.is_over(kStart + 3s));
  EXPECT_EQ(ejection.left(kStart + 4s), 0s);
  ejection.begin(kStart + 4s);
  EXPECT_EQ(ejection.duration(), 6s);
}

}  // namespace
}  // namespace lb::control
