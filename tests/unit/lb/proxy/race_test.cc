#include "lb/proxy/race.h"

#include "tests/unit/lb/proxy/race_fixture.h"

namespace lb::proxy {
namespace {

TEST_F(RaceTest, TriesASecondBackendBesideOneThatDoesNotAnswer) {
  const FullServer full;
  const auto server = listening();
  set_backends_in_turn({full.address(), support::local_address(server)});
  const auto client = begin();
  pass(milliseconds{200});
  EXPECT_EQ(listener_.connect_hedges.value(), 0U);
  pass(milliseconds{150});
  turn_until_connected(1);
  EXPECT_EQ(listener_.connect_hedges.value(), 1U);
  EXPECT_EQ(listener_.hedge_wins.value(), 1U);
  EXPECT_EQ(listener_.retries.value(), 0U);
  EXPECT_EQ(listener_.redispatches.value(), 1U);
  EXPECT_EQ(counters(0).silences.value(), 1U);
  EXPECT_EQ(counters(0).active.value(), 0U);
  EXPECT_EQ(tries(), 2U);
}

TEST_F(RaceTest, HedgesNobodyWhereItIsTurnedOff) {
  const FullServer full;
  const auto server = listening();
  set_backends_in_turn({full.address(), support::local_address(server)});
  pool_.hedge = milliseconds{0};
  const auto client = begin();
  pass(milliseconds{1900});
  EXPECT_EQ(tries(), 1U);
  pass(milliseconds{300});  // the one try's own time is over
  turn_until_connected(1);
  EXPECT_EQ(listener_.retries.value(), 1U);
}

TEST_F(RaceTest, AHedgeIsATry) {
  const FullServer full;
  const auto server = listening();
  set_backends_in_turn({full.address(), support::local_address(server)});
  pool_.retries = 0;
  const auto client = begin();
  pass(milliseconds{1000});
  EXPECT_EQ(tries(), 1U);
  pass(milliseconds{1200});
  EXPECT_EQ(closed_, CloseReason::kConnectFailed);
}

TEST_F(RaceTest, AThirdIsTriedBesideTwoThatDoNotAnswer) {
  const FullServer one;
  const FullServer two;
  const auto server = listening();
  set_backends_in_turn({one.address(), two.address(), support::local_address(server)});
  const auto client = begin();
  pass(milliseconds{700});
  turn_until_connected(2);
  EXPECT_EQ(counters(0).silences.value() + counters(1).silences.value(), 2U);
  EXPECT_EQ(counters(0).active.value() + counters(1).active.value(), 0U);
}

}  // namespace
}  // namespace lb::proxy
