#include "lb/control/slow_start.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/unit/lb/manual_clock.h"

namespace lb::control {
namespace {

using namespace std::chrono_literals;
using ::testing::ElementsAre;
using ::testing::IsEmpty;

class SlowStartOfAListener : public ::testing::Test {
 protected:
  void come_back(std::size_t backend) {
    slow_start_.note_gone(backend);
    slow_start_.note_up(backend, clock_.now());
  }
  std::vector<std::uint32_t> shares() { return slow_start_.shares(clock_.now()); }

  ManualClock clock_;
  SlowStart slow_start_{3, 30s};
};

TEST_F(SlowStartOfAListener, ConcernsNobodyWhoWasNeverGone) {
  EXPECT_THAT(shares(), IsEmpty());
  slow_start_.note_up(1, clock_.now());
  EXPECT_THAT(shares(), IsEmpty());
  EXPECT_EQ(slow_start_.step(), std::nullopt);
}

TEST_F(SlowStartOfAListener, RampsEachForItselfAndForgetsWhoHasArrived) {
  come_back(1);
  EXPECT_EQ(slow_start_.step(), 3s);
  EXPECT_THAT(shares(), ElementsAre(100, 10, 100));
  clock_.advance(15s);
  come_back(2);
  EXPECT_THAT(shares(), ElementsAre(100, 55, 10));
  clock_.advance(15s);
  EXPECT_THAT(shares(), ElementsAre(100, 100, 55));
  clock_.advance(15s);
  EXPECT_THAT(shares(), IsEmpty());
  EXPECT_EQ(slow_start_.step(), std::nullopt);
}

TEST_F(SlowStartOfAListener, BeginsAnewWithABackendThatGoesAgain) {
  come_back(0);
  clock_.advance(20s);
  slow_start_.note_gone(0);
  EXPECT_THAT(shares(), IsEmpty());
  slow_start_.note_up(0, clock_.now());
  EXPECT_THAT(shares(), ElementsAre(10, 100, 100));
}

TEST_F(SlowStartOfAListener, GoesOnInAnotherProcess) {
  come_back(0);
  slow_start_.note_gone(1);
  clock_.advance(15s);
  SlowStart next(3, 30s);
  for (const std::size_t i : {0U, 1U, 2U}) next.resume(i, slow_start_.progress(i, clock_.now()), clock_.now());
  EXPECT_THAT(next.shares(clock_.now()), ElementsAre(55, 100, 100));
  next.note_up(1, clock_.now());
  EXPECT_THAT(next.shares(clock_.now()), ElementsAre(55, 10, 100));
  SlowStart without(3, 0s);
  without.resume(0, slow_start_.progress(0, clock_.now()), clock_.now());
  EXPECT_THAT(without.shares(clock_.now()), IsEmpty());
}

// An apiserver that drains for a moment is as warm as before.
TEST_F(SlowStartOfAListener, GoesOnWhereABackendIsUpAgainThatWasNotGone) {
  come_back(0);
  clock_.advance(15s);
  slow_start_.note_up(0, clock_.now());
  EXPECT_THAT(shares(), ElementsAre(55, 100, 100));
}

TEST_F(SlowStartOfAListener, TakesNoStepShorterThanTenMilliseconds) {
  SlowStart brief(1, 5ms);
  brief.note_gone(0);
  brief.note_up(0, clock_.now());
  EXPECT_EQ(brief.step(), 10ms);
}

TEST_F(SlowStartOfAListener, ASpanOfNothingIsNoSlowStart) {
  SlowStart none(2, 0s);
  none.note_gone(0);
  none.note_up(0, clock_.now());
  EXPECT_THAT(none.shares(clock_.now()), IsEmpty());
}

}  // namespace
}  // namespace lb::control
