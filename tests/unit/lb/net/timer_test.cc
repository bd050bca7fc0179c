#include "lb/net/timer.h"

#include <memory>

#include "tests/unit/lb/net/loop_fixture.h"

namespace lb::net {
namespace {

using namespace std::chrono_literals;

class TimerTest : public LoopTest {};

TEST_F(TimerTest, CallsOnce) {
  int calls = 0;
  Timer timer(loop_, [&] { ++calls; });
  EXPECT_FALSE(timer.pending());
  timer.start(1ms);
  EXPECT_TRUE(timer.pending());
  ASSERT_TRUE(run_until([&] { return calls == 1; }));
  EXPECT_FALSE(timer.pending());
  run_ready();
  EXPECT_EQ(calls, 1);
}

TEST_F(TimerTest, ZeroAndLessMeanTheNextTurn) {
  int calls = 0;
  Timer zero(loop_, [&] { ++calls; });
  Timer negative(loop_, [&] { ++calls; });
  zero.start(0ms);
  negative.start(-1500ms);
  EXPECT_EQ(calls, 0);
  EXPECT_TRUE(run_until([&] { return calls == 2; }));
}

TEST_F(TimerTest, TheEarlierOneComesFirst) {
  std::string order;
  Timer late(loop_, [&] { order += "late"; });
  Timer early(loop_, [&] { order += "early "; });
  late.start(40ms);
  early.start(1ms);
  ASSERT_TRUE(run_until([&] { return !late.pending(); }));
  EXPECT_EQ(order, "early late");
}

TEST_F(TimerTest, StartReplacesAPendingStart) {
  int calls = 0;
  Timer timer(loop_, [&] { ++calls; });
  timer.start(0ms);
  timer.start(1h);
  run_ready();
  EXPECT_EQ(calls, 0);
  timer.start(0ms);
  ASSERT_TRUE(run_until([&] { return calls > 0; }));
  run_ready();
  EXPECT_EQ(calls, 1);
}

TEST_F(TimerTest, CancelAndDestructionSilence) {
  int calls = 0;
  Timer timer(loop_, [&] { ++calls; });
  timer.cancel();
  timer.start(0ms);
  timer.cancel();
  timer.cancel();
  EXPECT_FALSE(timer.pending());
  auto destroyed = std::make_unique<Timer>(loop_, [&] { ++calls; });
  destroyed->start(0ms);
  destroyed.reset();
  run_ready();
  EXPECT_EQ(calls, 0);
}

TEST_F(TimerTest, ACallbackMayStartItAgainAndCancelAnother) {
  int calls = 0;
  int others = 0;
  Timer other(loop_, [&] { ++others; });
  Timer* self = nullptr;
  Timer timer(loop_, [&] {
    other.cancel();  // due in the same turn
    if (++calls < 3) self->start(0ms);
  });
  self = &timer;
  timer.start(0ms);
  other.start(0ms);
  ASSERT_TRUE(run_until([&] { return calls == 3; }));
  EXPECT_FALSE(timer.pending());
  EXPECT_EQ(others, 0);
}

}  // namespace
}  // namespace lb::net
