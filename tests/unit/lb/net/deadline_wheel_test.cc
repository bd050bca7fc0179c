#include "lb/net/deadline_wheel.h"

#include <functional>
#include <memory>
#include <vector>

#include "tests/unit/lb/manual_clock.h"
#include "tests/unit/lb/net/loop_fixture.h"

namespace lb::net {
namespace {

using namespace std::chrono_literals;

class Alarm final : public Deadline {
 public:
  explicit Alarm(std::function<void()> then = nullptr) : then_(std::move(then)) {}
  static void ring(Deadline& deadline) noexcept {
    auto& alarm = static_cast<Alarm&>(deadline);
    ++alarm.rings;
    if (alarm.then_) alarm.then_();
  }
  int rings = 0;

 private:
  std::function<void()> then_;
};

class DeadlineWheelTest : public LoopTest {
 protected:
  // Time goes on in small steps, and the wheel is looked after at each.
  void pass(std::chrono::milliseconds time) {
    for (; time > 0ms; time -= 10ms) {
      clock_.advance(10ms);
      wheel_.advance();
    }
  }

  ManualClock clock_;
  DeadlineWheel wheel_{loop_, clock_, &Alarm::ring};
};

TEST_F(DeadlineWheelTest, RingsOnceNeverEarlyAndSoonAfter) {
  for (const auto after : {0ms, 1ms, 49ms, 50ms, 51ms, 2000ms, 51'200ms, 51'250ms, 120'000ms}) {
    Alarm alarm;
    wheel_.arm(alarm, after);
    const auto armed_at = clock_.now();
    while (alarm.rings == 0) {
      ASSERT_LE(clock_.now() - armed_at, after + 2 * kTick) << after.count();
      pass(10ms);
    }
    EXPECT_GE(clock_.now() - armed_at, after) << after.count();
    EXPECT_FALSE(alarm.armed());
    pass(52'000ms);
    EXPECT_EQ(alarm.rings, 1);
  }
}

TEST_F(DeadlineWheelTest, ArmingAgainReplaces) {
  Alarm alarm;
  wheel_.arm(alarm, 100ms);
  wheel_.arm(alarm, 1000ms);
  pass(900ms);
  EXPECT_EQ(alarm.rings, 0);
  pass(200ms);
  EXPECT_EQ(alarm.rings, 1);
}

TEST_F(DeadlineWheelTest, CancelAndDestructionSilence) {
  Alarm cancelled;
  wheel_.arm(cancelled, 100ms);
  wheel_.cancel(cancelled);
  wheel_.cancel(cancelled);
  EXPECT_FALSE(cancelled.armed());
  int rings = 0;
  {
    Alarm destroyed([&] { ++rings; });
    wheel_.arm(destroyed, 100ms);
  }
  pass(1000ms);
  EXPECT_EQ(cancelled.rings + rings, 0);
}

TEST_F(DeadlineWheelTest, ALateLoopCatchesUpWithAllThatIsDue) {
  Alarm early;
  Alarm late;
  Alarm next;
  wheel_.arm(early, 100ms);
  wheel_.arm(late, 70'000ms);
  wheel_.arm(next, 600'000ms);
  clock_.advance(300'000ms);  // many rounds
  wheel_.advance();
  EXPECT_EQ(early.rings, 1);
  EXPECT_EQ(late.rings, 1);
  EXPECT_EQ(next.rings, 0);
  pass(299'000ms);
  EXPECT_EQ(next.rings, 0);
  pass(1100ms);
  EXPECT_EQ(next.rings, 1);
}

TEST_F(DeadlineWheelTest, ArmedByALateLoopItStillWaitsItsTime) {
  Alarm other;
  wheel_.arm(other, 50ms);  // the wheel turns
  clock_.advance(10'000ms);
  Alarm alarm;
  wheel_.arm(alarm, 2000ms);
  wheel_.advance();
  EXPECT_EQ(other.rings, 1);
  EXPECT_EQ(alarm.rings, 0);
  pass(1990ms);
  EXPECT_EQ(alarm.rings, 0);
  pass(110ms);
  EXPECT_EQ(alarm.rings, 1);
}

TEST_F(DeadlineWheelTest, ArmedAgainWhileCatchingUpItStillWaitsItsTime) {
  Alarm* self = nullptr;
  Alarm alarm([&] { wheel_.arm(*self, 100ms); });
  self = &alarm;
  wheel_.arm(alarm, 100ms);
  clock_.advance(10'000ms);
  wheel_.advance();
  EXPECT_EQ(alarm.rings, 1);
  pass(190ms);
  EXPECT_EQ(alarm.rings, 2);
}

TEST_F(DeadlineWheelTest, ACallbackMayArmForAtOnceAndForAWholeRound) {
  Alarm* self = nullptr;
  std::vector<std::chrono::milliseconds> next{0ms, 51'200ms};
  Alarm alarm([&] {
    if (next.empty()) return;
    wheel_.arm(*self, next.front());
    next.erase(next.begin());
  });
  self = &alarm;
  wheel_.arm(alarm, 0ms);
  pass(110ms);
  EXPECT_EQ(alarm.rings, 2);
  pass(51'000ms);
  EXPECT_EQ(alarm.rings, 2);
  pass(310ms);
  EXPECT_EQ(alarm.rings, 3);
}

TEST_F(DeadlineWheelTest, ACallbackMayDestroyItselfAndOthersThatAreDueToo) {
  std::vector<std::unique_ptr<Alarm>> alarms;
  int rings = 0;
  for (int i = 0; i < 3; ++i) {
    alarms.push_back(std::make_unique<Alarm>([&] {
      ++rings;
      auto gone = std::move(alarms);  // all three, the one that rings among them
      alarms.clear();
    }));
    wheel_.arm(*alarms.back(), 100ms);
  }
  pass(300ms);
  EXPECT_EQ(rings, 1);
}

TEST_F(DeadlineWheelTest, ManyYearsAreNotOver) {
  Alarm alarm;
  for (const auto after : {std::chrono::hours{5 * 366 * 24}, std::chrono::hours{100 * 366 * 24}}) {
    wheel_.arm(alarm, after);
    pass(60'000ms);
    EXPECT_EQ(alarm.rings, 0);
  }
  wheel_.arm(alarm, std::chrono::milliseconds::max());
  pass(60'000ms);
  EXPECT_EQ(alarm.rings, 0);
}

TEST_F(DeadlineWheelTest, NegativeMeansAtOnce) {
  Alarm alarm;
  wheel_.arm(alarm, -5s);
  pass(110ms);
  EXPECT_EQ(alarm.rings, 1);
}

TEST_F(DeadlineWheelTest, NowFollowsTheClockAlsoAfterTheWheelHasStopped) {
  const Tick start = wheel_.now();
  pass(1000ms);
  EXPECT_EQ(wheel_.now() - start, 20U);
  pass(99'000ms);  // nothing is armed: after a round the ticking stops
  clock_.advance(50'000ms);
  Alarm alarm;
  wheel_.arm(alarm, 100ms);
  EXPECT_EQ(wheel_.now() - start, 3000U);
  pass(200ms);
  EXPECT_EQ(alarm.rings, 1);
}

TEST_F(DeadlineWheelTest, CatchesUpOnlyWhenItIsLate) {
  Alarm soon;
  Alarm later;
  wheel_.arm(soon, 100ms);
  wheel_.arm(later, 5s);
  const Tick start = wheel_.now();
  clock_.advance(150ms);
  wheel_.catch_up();
  EXPECT_EQ(soon.rings, 0);  // the timer comes soon enough
  clock_.advance(2s);
  wheel_.catch_up();
  EXPECT_EQ(soon.rings, 1);
  EXPECT_EQ(later.rings, 0);
  EXPECT_EQ(wheel_.now() - start, 43U);
}

TEST_F(DeadlineWheelTest, ItsOwnTimerRingsAndThenLetsTheLoopSleep) {
  const base::SystemClock real;
  DeadlineWheel wheel(loop_, real, &Alarm::ring);
  Alarm alarm;
  wheel.arm(alarm, 1ms);
  EXPECT_TRUE(run_until([&] { return alarm.rings == 1; }));
}

TEST_F(DeadlineWheelTest, DeadlinesMayOutliveTheWheel) {
  Alarm first;
  Alarm second;
  {
    DeadlineWheel wheel(loop_, clock_, &Alarm::ring);
    wheel.arm(first, 100ms);
    wheel.arm(second, 100ms);
  }
}

TEST(DeadlineWheelTicks, AreWholeAndRoundedUp) {
  EXPECT_EQ(DeadlineWheel::ticks(-1ms), 0U);
  EXPECT_EQ(DeadlineWheel::ticks(0ms), 0U);
  EXPECT_EQ(DeadlineWheel::ticks(1ms), 1U);
  EXPECT_EQ(DeadlineWheel::ticks(50ms), 1U);
  EXPECT_EQ(DeadlineWheel::ticks(51ms), 2U);
}

}  // namespace
}  // namespace lb::net
