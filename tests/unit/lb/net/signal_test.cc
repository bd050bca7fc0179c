#include "lb/net/signal.h"

#include <csignal>

#include "tests/unit/lb/net/loop_fixture.h"

namespace lb::net {
namespace {

class SignalTest : public LoopTest {};

TEST_F(SignalTest, CallsOnTheLoopEachTimeTheSignalComes) {
  int calls = 0;
  const Signal signal(loop_, SIGUSR1, [&] { ++calls; });
  for (int round = 1; round <= 3; ++round) {
    ASSERT_EQ(::raise(SIGUSR1), 0);
    EXPECT_EQ(calls, round - 1);
    ASSERT_TRUE(run_until([&] { return calls == round; }));
  }
}

TEST_F(SignalTest, TwoSignalsHaveTheirOwnCallbacks) {
  int first = 0;
  int second = 0;
  const Signal one(loop_, SIGUSR1, [&] { ++first; });
  const Signal two(loop_, SIGUSR2, [&] { ++second; });
  ASSERT_EQ(::raise(SIGUSR2), 0);
  ASSERT_TRUE(run_until([&] { return second == 1; }));
  EXPECT_EQ(first, 0);
}

TEST_F(SignalTest, ItsEndRestoresWhatWasThereBefore) {
  static_cast<void>(std::signal(SIGUSR1, SIG_IGN));
  {
    int calls = 0;
    const Signal signal(loop_, SIGUSR1, [&] { ++calls; });
    ASSERT_EQ(::raise(SIGUSR1), 0);
    EXPECT_TRUE(run_until([&] { return calls == 1; }));
  }
  EXPECT_EQ(std::signal(SIGUSR1, SIG_DFL), SIG_IGN);
}

}  // namespace
}  // namespace lb::net
