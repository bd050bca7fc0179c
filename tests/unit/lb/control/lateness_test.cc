#include "lb/control/lateness.h"

#include <gtest/gtest.h>

#include "tests/unit/lb/manual_clock.h"

namespace lb::control {
namespace {

using namespace std::chrono_literals;

class LatenessTest : public ::testing::Test {
 protected:
  // As the loop does when it is in time.
  void beat_for(std::chrono::milliseconds time) {
    for (; time > 0ms; time -= Lateness::kBeat) beat_after(Lateness::kBeat);
  }
  void beat_after(std::chrono::milliseconds time) {
    clock_.advance(time);
    lateness_.beat();
  }

  ManualClock clock_;
  Lateness lateness_{clock_};
};

TEST_F(LatenessTest, ALoopInTimeIsNotLate) {
  const auto begun = clock_.now();
  beat_for(3s);
  EXPECT_FALSE(lateness_.any_since(begun));
}

TEST_F(LatenessTest, ToleratesHalfASecond) {
  const auto begun = clock_.now();
  beat_after(600ms);
  EXPECT_FALSE(lateness_.any_since(begun));
  beat_after(601ms);
  EXPECT_TRUE(lateness_.any_since(begun));
}

TEST_F(LatenessTest, IsLateBeforeTheBeatThatTells) {
  const auto begun = clock_.now();
  clock_.advance(601ms);
  EXPECT_TRUE(lateness_.any_since(begun));
}

TEST_F(LatenessTest, WhatBeganBeforeTheEndIsTouched) {
  beat_for(1s);
  const auto before = clock_.now();
  clock_.advance(2s);
  const auto meanwhile = clock_.now() - 1ms;
  lateness_.beat();
  beat_for(2s);
  EXPECT_TRUE(lateness_.any_since(before));
  EXPECT_TRUE(lateness_.any_since(meanwhile));
}

TEST_F(LatenessTest, WhatBeginsAfterwardsIsNot) {
  beat_after(2s);
  clock_.advance(1ms);
  const auto begun = clock_.now();
  beat_for(2s);
  EXPECT_FALSE(lateness_.any_since(begun));
}

}  // namespace
}  // namespace lb::control
