#include "lb/control/ejection.h"

#include <gtest/gtest.h>

namespace lb::control {
namespace {

using namespace std::chrono_literals;

constexpr base::SteadyTime kStart{1h};

TEST(Ejection, EndsOnceWhenItsTimeIsOver) {
  Ejection ejection(10s);
  EXPECT_FALSE(ejection.out());
  EXPECT_FALSE(ejection.ends(kStart));
  ejection.begin(kStart);
  EXPECT_TRUE(ejection.out());
  EXPECT_FALSE(ejection.ends(kStart + 9999ms));
  EXPECT_TRUE(ejection.ends(kStart + 10s));
  EXPECT_FALSE(ejection.out());
  EXPECT_FALSE(ejection.ends(kStart + 11s));
}

TEST(Ejection, GrowsWhileItComesAgainSoonUpToTenTimes) {
  Ejection ejection(1s);
  base::SteadyTime now = kStart;
  for (const auto expected : {1s, 2s, 4s, 8s, 10s, 10s}) {
    ejection.begin(now);
    EXPECT_EQ(ejection.duration(), expected);
    now += expected;
    ASSERT_TRUE(ejection.ends(now));
    now += 500ms;
  }
}

TEST(Ejection, IsShortAgainForABackendThatWasGoodForAsLong) {
  Ejection ejection(1s);
  ejection.begin(kStart);
  ASSERT_TRUE(ejection.ends(kStart + 1s));
  ejection.begin(kStart + 1500ms);
  EXPECT_EQ(ejection.duration(), 2s);
  ASSERT_TRUE(ejection.ends(kStart + 3500ms));
  ejection.begin(kStart + 5600ms);
  EXPECT_EQ(ejection.duration(), 1s);
}

}  // namespace
}  // namespace lb::control
