#include "lb/control/passive_checker.h"

#include <gtest/gtest.h>

#include "tests/unit/lb/manual_clock.h"
#include "tests/unit/lb/sample_config.h"

namespace lb::control {
namespace {

using namespace std::chrono_literals;
using backend::Condition;

class PassiveCheckerTest : public testing::Test {
 protected:
  // Three backends; what the workers would count, the test does.
  [[nodiscard]] backend::BackendCounters& row(std::size_t backend) {
    return controller_.listeners()[0].backends[backend].state->counters(0);
  }
  [[nodiscard]] Condition condition(std::size_t backend) const {
    return controller_.listeners()[0].backends[backend].condition;
  }
  void look_after(std::chrono::milliseconds time) {
    clock_.advance(time);
    checker_.look();
  }
  void everybody_answers() {
    for (std::size_t i = 0; i < 3; ++i) row(i).answers.add(1);
    look_after(100ms);
  }

  ManualClock clock_;
  base::Log log_{base::Log::Level::kOff};
  net::EventLoop loop_;
  Controller controller_{sample_config({1, 1, 1}), 1, 100, clock_, log_};
  PassiveChecker checker_{loop_, controller_, clock_};
};

TEST_F(PassiveCheckerTest, EjectsTheSilentOneWhileOthersAnswer) {
  everybody_answers();
  row(1).silences.add(3);
  look_after(100ms);
  EXPECT_EQ(condition(1), Condition::kDraining);
  EXPECT_EQ(controller_.listeners()[0].backends[1].reason, "3 connections in a row got no answer in time; out for 10s");
  EXPECT_EQ(condition(0), Condition::kUp);
}

TEST_F(PassiveCheckerTest, TakesItBackWhenTheTimeIsOver) {
  everybody_answers();
  row(1).silences.add(3);
  look_after(100ms);
  for (int i = 0; i < 99; ++i) look_after(100ms);
  EXPECT_EQ(condition(1), Condition::kDraining);
  look_after(100ms);
  EXPECT_EQ(condition(1), Condition::kUp);
}

TEST_F(PassiveCheckerTest, EjectsTheOneThatRefusesOrEndsEarly) {
  everybody_answers();
  row(2).connect_refused.add(3);
  row(2).early_ends.add(1);
  look_after(100ms);
  EXPECT_EQ(condition(2), Condition::kUp);
  row(2).early_ends.add(1);
  look_after(100ms);
  EXPECT_EQ(condition(2), Condition::kDraining);
}

TEST_F(PassiveCheckerTest, BlamesNobodyWhenNobodyAnswers) {
  for (std::size_t i = 0; i < 3; ++i) row(i).silences.add(5);
  look_after(100ms);
  for (std::size_t i = 0; i < 3; ++i) EXPECT_EQ(condition(i), Condition::kUp) << i;
}

TEST_F(PassiveCheckerTest, BlamesNobodyForWhatTheLastMinuteSaw) {
  everybody_answers();
  for (int i = 0; i < 101; ++i) look_after(100ms);
  row(1).silences.add(3);
  look_after(100ms);  // the others' answers are too old to speak against it
  EXPECT_EQ(condition(1), Condition::kUp);
  row(0).answers.add(1);
  look_after(100ms);  // and now the silence is
  EXPECT_EQ(condition(1), Condition::kUp);
}

TEST_F(PassiveCheckerTest, EjectsNoMoreThanItsPart) {
  everybody_answers();
  row(1).silences.add(3);
  row(2).silences.add(3);
  look_after(100ms);
  EXPECT_EQ(condition(1), Condition::kDraining);
  EXPECT_EQ(condition(2), Condition::kUp);  // two of three are more than the half
}

TEST_F(PassiveCheckerTest, ChecksThatSawItGoAndComeBackEndItsEjection) {
  everybody_answers();
  row(1).connect_refused.add(5);
  look_after(100ms);
  ASSERT_EQ(condition(1), Condition::kDraining);
  controller_.set_condition({0, 1}, Condition::kDown, "connect: refused");
  row(2).silences.add(3);
  look_after(100ms);
  EXPECT_EQ(condition(2), Condition::kDraining);  // the first is down anyhow
  controller_.set_condition({0, 1}, Condition::kUp, "GET /readyz: 200");
  EXPECT_EQ(condition(1), Condition::kUp);
  row(1).answers.add(1);
  look_after(100ms);
  EXPECT_EQ(condition(1), Condition::kUp);
}

TEST_F(PassiveCheckerTest, BlamesNobodyForWhatItSawTooLate) {
  everybody_answers();
  row(1).silences.add(3);
  look_after(700ms);
  EXPECT_EQ(condition(1), Condition::kUp);
  row(1).silences.add(2);
  look_after(100ms);
  EXPECT_EQ(condition(1), Condition::kUp);
  row(1).silences.add(1);
  look_after(100ms);
  EXPECT_EQ(condition(1), Condition::kDraining);
}

TEST_F(PassiveCheckerTest, LeavesTheChecksTheirSay) {
  everybody_answers();
  controller_.set_condition({0, 1}, Condition::kDown, "connect: refused");
  row(1).connect_refused.add(9);
  look_after(100ms);
  EXPECT_EQ(condition(1), Condition::kDown);
  EXPECT_EQ(controller_.listeners()[0].backends[1].reason, "connect: refused");
}

}  // namespace
}  // namespace lb::control
