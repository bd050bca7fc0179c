#include "lb/net/event_loop.h"

#include "lb/net/mailbox.h"
#include "tests/unit/lb/net/loop_fixture.h"

namespace lb::net {
namespace {

TEST(EventLoop, UsesTheMethodThatThisBuildIsFor) {
  const EventLoop loop;
#ifdef KEEPSTATE_PORTABLE
  EXPECT_STREQ(event_base_get_method(loop.base()), "poll");
  EXPECT_FALSE(loop.edge_triggered());
#else
  EXPECT_TRUE(loop.edge_triggered());
#endif
}

TEST(EventLoop, RunsUntilItIsStoppedAndMayRunAgain) {
  EventLoop loop;
  Mailbox mailbox(loop);
  int letters = 0;
  for (int run = 1; run <= 2; ++run) {
    mailbox.post([&] {
      ++letters;
      loop.stop();
    });
    loop.run();
    EXPECT_EQ(letters, run);
  }
}

TEST(EventLoop, StopEndsTheRunBeforeTheNextCallback) {
  EventLoop loop;
  int calls = 0;
  const auto call = [&] {
    ++calls;
    loop.stop();
  };
  Timer first(loop, call);
  Timer second(loop, call);
  first.start(std::chrono::milliseconds{0});
  second.start(std::chrono::milliseconds{0});
  loop.run();
  EXPECT_EQ(calls, 1);
}

}  // namespace
}  // namespace lb::net
