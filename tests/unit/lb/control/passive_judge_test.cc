#include "lb/control/passive_judge.h"

#include <gtest/gtest.h>

namespace lb::control {
namespace {

class PassiveJudgeTest : public testing::Test {
 protected:
  static cluster::Passive settings() {
    cluster::Passive passive;
    passive.silent = 3;
    passive.failures = 5;
    return passive;
  }
  std::optional<std::string> after(std::uint64_t answers, std::uint64_t silences, std::uint64_t failures) {
    now_.answers += answers;
    now_.silences += silences;
    now_.failures += failures;
    return judge_.observe(now_);
  }
  PassiveJudge judge_{settings()};
  PassiveJudge::Totals now_;
};

TEST_F(PassiveJudgeTest, ThreeSilencesInARowAreEnough) {
  EXPECT_FALSE(after(0, 2, 0));
  EXPECT_FALSE(after(0, 0, 0));
  EXPECT_EQ(after(0, 1, 0), "3 connections in a row got no answer in time");
}

TEST_F(PassiveJudgeTest, AnAnswerEndsTheStreak) {
  EXPECT_FALSE(after(0, 2, 4));
  EXPECT_FALSE(after(1, 2, 4));  // in the same look: nobody knows what came first
  EXPECT_TRUE(judge_.answered());
  EXPECT_FALSE(after(0, 2, 4));
  EXPECT_FALSE(judge_.answered());
}

TEST_F(PassiveJudgeTest, CountsRefusalsApartFromSilence) {
  EXPECT_FALSE(after(0, 2, 4));
  EXPECT_EQ(after(0, 0, 1), "5 connections in a row were refused or reset");
}

TEST_F(PassiveJudgeTest, ForgetsWhatItIsTold) {
  EXPECT_FALSE(after(0, 2, 4));
  now_.silences += 7;
  judge_.forget(now_);
  EXPECT_FALSE(after(0, 2, 4));
  EXPECT_TRUE(after(0, 1, 0));
}

TEST_F(PassiveJudgeTest, ZeroTurnsAKindOff) {
  PassiveJudge judge([] {
    cluster::Passive off;
    off.silent = off.failures = 0;
    return off;
  }());
  EXPECT_FALSE(judge.observe({.answers = 0, .silences = 100, .failures = 100}));
}

}  // namespace
}  // namespace lb::control
