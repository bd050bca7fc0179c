#include "lb/net/loop_lag.h"

#include <optional>

#include "tests/unit/lb/manual_clock.h"
#include "tests/unit/lb/net/loop_fixture.h"

namespace lb::net {
namespace {

using namespace std::chrono_literals;

TEST(WorstLately, IsForgottenAfterTwoSpansAtMost) {
  constexpr base::SteadyTime kBegin{1h};
  WorstLately worst(kBegin);
  worst.note(kBegin + 1s, 30ms);
  worst.note(kBegin + 2s, 10ms);
  EXPECT_EQ(worst.value(), 30ms);
  worst.note(kBegin + 10s, 5ms);
  EXPECT_EQ(worst.value(), 30ms);
  worst.note(kBegin + 19s, 7ms);
  EXPECT_EQ(worst.value(), 30ms);
  worst.note(kBegin + 20s, 1ms);
  EXPECT_EQ(worst.value(), 7ms);
  worst.note(kBegin + 60s, 2ms);
  EXPECT_EQ(worst.value(), 2ms);
  worst.note(kBegin + 61s, -3ms);
  EXPECT_EQ(worst.value(), 2ms);
}

class LoopLagTest : public LoopTest {
 protected:
  ManualClock clock_;
  base::Gauge told_;
};

TEST_F(LoopLagTest, TellsHowLateTheLoopWas) {
  const LoopLag lag(loop_, clock_, told_);
  clock_.advance(LoopLag::kBeat + 30ms);
  ASSERT_TRUE(run_until([&] { return told_.value() > 0; }));
  EXPECT_EQ(std::chrono::nanoseconds(told_.value()), 30ms);
  clock_.advance(LoopLag::kBeat + 70ms);
  ASSERT_TRUE(run_until([&] { return std::chrono::nanoseconds(told_.value()) != 30ms; }));
  EXPECT_EQ(std::chrono::nanoseconds(told_.value()), 70ms);
}

// What a turn of the loop did before is no part of the wait.
TEST_F(LoopLagTest, BeginsToWaitNowAndNotWhenTheTurnBegan) {
  const base::SystemClock clock;
  base::Gauge beat;
  std::optional<LoopLag> lag;
  std::optional<base::SteadyTime> begun;
  Timer busy(loop_, [&] {
    const auto until = clock.now() + 60ms;
    while (clock.now() < until) {
    }
    begun = clock.now();
    lag.emplace(loop_, clock, told_, &beat);
  });
  busy.start(0ms);
  ASSERT_TRUE(run_until([&] { return begun.has_value(); }));
  const std::uint64_t first = beat.value();
  ASSERT_TRUE(run_until([&] { return beat.value() != first; }));
  constexpr auto kGrain = 10ms;  // of the clock that the loop reads
  EXPECT_GE(clock.now() - *begun, LoopLag::kBeat - kGrain);
}

TEST_F(LoopLagTest, ShowsALoopThatHangsNow) {
  base::Gauge beat;
  const LoopLag lag(loop_, clock_, told_, &beat);
  EXPECT_EQ(lag_at(clock_.now() + 20ms, told_, beat), 0ms);
  EXPECT_EQ(lag_at(clock_.now() + LoopLag::kBeat + 5s, told_, beat), 5s);
  clock_.advance(LoopLag::kBeat + 30ms);
  ASSERT_TRUE(run_until([&] { return told_.value() > 0; }));
  EXPECT_EQ(lag_at(clock_.now() + 20ms, told_, beat), 30ms);
  EXPECT_EQ(lag_at(clock_.now() + LoopLag::kBeat + 5s, told_, beat), 5s);
}

}  // namespace
}  // namespace lb::net
