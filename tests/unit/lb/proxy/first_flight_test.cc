// Races that a first flight decides: standing is not enough, the first to answer wins.
#include "lb/proxy/race.h"
#include "tests/unit/lb/proxy/race_fixture.h"

namespace lb::proxy {
namespace {

TEST_F(RaceTest, SaysTheFirstFlightToASecondServerWhenTheFirstIsSilent) {
  const auto silent = listening();
  const auto server = listening();
  set_backends_in_turn({support::local_address(silent), support::local_address(server)});
  expect_tls();
  const std::string hello = client_hello();
  const auto client = begin();
  send(client, hello);
  turn(loop_);
  const auto first = expect_hello(silent, hello);
  EXPECT_EQ(counters(0).sessions.value(), 0U);  // it has not won by standing there
  pass(milliseconds{1200});
  const auto second = expect_hello(server, hello);
  EXPECT_EQ(counters(0).silences.value(), 1U);
  EXPECT_EQ(listener_.first_flight_hedges.value(), 1U);
  send(second, kServerHello);
  turn_until_connected(1);
  EXPECT_EQ(take(client.get()), kServerHello);
  EXPECT_TRUE(was_reset(first));
  EXPECT_EQ(listener_.hedge_wins.value(), 1U);
  // From here on it is a session as any other.
  send(client, "more");
  turn(loop_);
  EXPECT_EQ(support::recv_exactly(second, 4), "more");
  EXPECT_EQ(counters(1).bytes_to_backend.value(), hello.size() + 4);
  EXPECT_EQ(counters(0).bytes_to_backend.value(), 0U);
}

TEST_F(RaceTest, TheFirstServerMayStillBeTheFirstToAnswer) {
  const auto slow = listening();
  const auto server = listening();
  set_backends_in_turn({support::local_address(slow), support::local_address(server)});
  expect_tls();
  const auto client = begin();
  send(client, client_hello());
  turn(loop_);
  const auto first = expect_hello(slow, client_hello());
  pass(milliseconds{1200});
  const auto second = expect_hello(server, client_hello());
  send(first, kServerHello);
  turn_until_connected(0);
  EXPECT_EQ(take(client.get()), kServerHello);
  EXPECT_TRUE(was_reset(second));
  EXPECT_EQ(listener_.hedge_wins.value(), 0U);
}

TEST_F(RaceTest, GoesToTheNextServerAtOnceWhenOneClosesWithoutAWord) {
  const auto dying = listening();
  const auto server = listening();
  for (const bool by_reset : {false, true}) {
    set_backends_in_turn({support::local_address(dying), support::local_address(server)});
    expect_tls();
    const auto client = begin();
    send(client, client_hello());
    turn(loop_);
    auto first = expect_hello(dying, client_hello());
    by_reset ? support::reset(std::move(first)) : first.reset();
    turn_until(loop_, [&] { return counters(0).early_ends.value() == 1; });
    const auto second = expect_hello(server, client_hello());
    send(second, kServerHello);
    turn_until_connected(1);
    EXPECT_EQ(take(client.get()), kServerHello) << by_reset;
    session_.reset();
  }
  EXPECT_EQ(listener_.first_flight_hedges.value(), 2U);
  EXPECT_EQ(listener_.hedge_wins.value(), 2U);
}

TEST_F(RaceTest, GoesToTheNextServerWhenOneAnswersWithWhatIsNoTls) {
  const auto odd = listening();
  const auto server = listening();
  set_backends_in_turn({support::local_address(odd), support::local_address(server)});
  expect_tls();
  const auto client = begin();
  send(client, client_hello());
  turn(loop_);
  const auto first = expect_hello(odd, client_hello());
  send(first, "HTTP/1.0 400 Bad Request\r\n\r\n");
  turn_until(loop_, [&] { return counters(0).early_ends.value() == 1; });
  const auto second = expect_hello(server, client_hello());
  send(second, kServerHello);
  turn_until_connected(1);
  EXPECT_EQ(take(client.get()), kServerHello);
}

TEST_F(RaceTest, AThirdIsAskedWhenTheSecondFailsWhileTheFirstIsSilent) {
  const auto silent = listening();
  const auto dying = listening();
  const auto server = listening();
  set_backends_in_turn({support::local_address(silent), support::local_address(dying), support::local_address(server)});
  expect_tls();
  const auto client = begin();
  send(client, client_hello());
  turn(loop_);
  const auto first = expect_hello(silent, client_hello());
  pass(milliseconds{1200});
  expect_hello(dying, client_hello()).reset();
  turn_until(loop_, [&] { return counters(1).early_ends.value() == 1; });
  const auto third = expect_hello(server, client_hello());
  send(third, kServerHello);
  turn_until_connected(2);
  EXPECT_EQ(take(client.get()), kServerHello);
}

TEST_F(RaceTest, AServerThatStandsAndIsAskedNeedsNoOtherBesideIt) {
  // The first does not accept; the second stands before the client speaks.
  const FullServer full;
  const auto one = listening();
  const auto other = listening();
  set_backends_in_turn({full.address(), support::local_address(one), support::local_address(other)});
  expect_tls();
  const auto client = begin();
  pass(milliseconds{350});
  const base::UniqueFd first(::accept(one.get(), nullptr, nullptr));
  turn(loop_);
  send(client, client_hello());
  turn(loop_);
  EXPECT_EQ(support::recv_exactly(first, client_hello().size()), client_hello());
  EXPECT_EQ(tries(), 2U);
  EXPECT_EQ(listener_.first_flight_hedges.value(), 0U);
  send(first, kServerHello);
  turn_until_connected(1);
  EXPECT_EQ(take(client.get()), kServerHello);
}

// The first to be tried stands late, when the second has heard the client; then the second is silent.
TEST_F(RaceTest, AServerThatStoodBesideAndIsAskedLaterMayWin) {
  FullServer late;
  const auto silent = listening();
  set_backends_in_turn({late.address(), support::local_address(silent)});
  expect_tls();
  const auto client = begin();
  pass(milliseconds{350});
  send(client, client_hello());
  turn(loop_);
  const auto first = expect_hello(silent, client_hello());
  late.make_room();
  base::UniqueFd peer;
  turn_until(loop_, [&] { return (peer = late.accept()).get() >= 0; });
  turn(loop_);
  EXPECT_EQ(listener_.first_flight_hedges.value(), 0U);
  pass(milliseconds{1200});
  EXPECT_EQ(support::recv_exactly(peer, client_hello().size()), client_hello());
  EXPECT_EQ(listener_.first_flight_hedges.value(), 1U);
  send(peer, kServerHello);
  turn_until_connected(0);
  EXPECT_EQ(listener_.hedge_wins.value(), 1U);
}

TEST_F(RaceTest, AWishThatTheBudgetDeniedIsMetLater) {
  const auto silent = listening();
  const auto server = listening();
  set_backends_in_turn({support::local_address(silent), support::local_address(server)});
  expect_tls();
  while (place_.hedge_budget.has_any(wheel_.now())) place_.hedge_budget.spend(wheel_.now());
  const auto client = begin();
  send(client, client_hello());
  turn(loop_);
  const auto first = expect_hello(silent, client_hello());
  pass(milliseconds{1200});
  EXPECT_EQ(tries(), 1U);
  place_.hedge_budget = HedgeBudget(kHedges);
  pass(milliseconds{1200});
  const auto second = expect_hello(server, client_hello());
  send(second, kServerHello);
  turn_until_connected(1);
}

TEST_F(RaceTest, WaitsForTheLastServerAsLongAsTheClientDoes) {
  const auto silent = listening();
  set_backends_in_turn({support::local_address(silent)});
  expect_tls();
  const auto client = begin();
  send(client, client_hello());
  turn(loop_);
  const auto peer = expect_hello(silent, client_hello());
  pass(milliseconds{30'000});
  ASSERT_FALSE(closed_);
  send(peer, kServerHello);
  turn_until_connected(0);
  EXPECT_EQ(take(client.get()), kServerHello);
}

TEST_F(RaceTest, PassesOnWhatTheLastServerDoes) {
  const auto server = listening();
  for (const std::string& last_words : {std::string(), std::string("no TLS")}) {
    set_backends_in_turn({support::local_address(server)});
    expect_tls();
    const auto client = begin();
    send(client, client_hello());
    turn(loop_);
    {
      const auto peer = expect_hello(server, client_hello());
      if (!last_words.empty()) send(peer, last_words);
    }
    turn_until_connected(0);
    turn(loop_);
    EXPECT_EQ(take(client.get()), last_words);
    session_.reset();
  }
  set_backends_in_turn({support::local_address(server)});
  const auto client = begin();
  send(client, client_hello());
  turn(loop_);
  support::reset(expect_hello(server, client_hello()));
  turn_until(loop_, [&] { return closed_.has_value(); });
  EXPECT_EQ(closed_, CloseReason::kBackendReset);
}

TEST_F(RaceTest, AFlightThatMayNotBeSaidTwiceIsSaidOnce) {
  const auto silent = listening();
  const auto server = listening();
  for (const std::string& flight : {client_hello({0, 42}), std::string("GET / HTTP/1.1\r\n")}) {
    set_backends_in_turn({support::local_address(silent), support::local_address(server)});
    expect_tls();
    const auto client = begin();
    send(client, flight);
    turn(loop_);
    const auto peer = expect_hello(silent, flight);
    EXPECT_EQ(counters(0).sessions.value(), 1U);
    pass(milliseconds{3000});
    EXPECT_EQ(tries(), 1U);
    session_.reset();
  }
}

TEST_F(RaceTest, HearsAFlightThatComesInPieces) {
  const auto silent = listening();
  const auto server = listening();
  set_backends_in_turn({support::local_address(silent), support::local_address(server)});
  expect_tls();
  const std::string hello = client_hello();
  const auto client = begin();
  send(client, hello.substr(0, 3));
  turn(loop_);
  pass(milliseconds{1500});  // as long as not all is said, nobody is late
  EXPECT_EQ(tries(), 1U);
  send(client, hello.substr(3));
  turn(loop_);
  const auto first = expect_hello(silent, hello);
  pass(milliseconds{1200});
  const auto second = expect_hello(server, hello);
  EXPECT_EQ(counters(0).silences.value(), 1U);
}

TEST_F(RaceTest, AClientThatSaysNothingGetsItsBackendAtLast) {
  const auto server = listening();
  set_backends_in_turn({support::local_address(server)});
  expect_tls();
  const auto client = begin();
  turn(loop_);
  EXPECT_EQ(counters(0).sessions.value(), 0U);
  pass(milliseconds{6200});
  EXPECT_EQ(counters(0).sessions.value(), 1U);
  EXPECT_FALSE(closed_);
}

TEST_F(RaceTest, TheOnlyServerMaySpeakFirst) {
  const auto server = listening();
  set_backends_in_turn({support::local_address(server)});
  expect_tls();
  const auto client = begin();
  const base::UniqueFd peer(::accept(server.get(), nullptr, nullptr));
  send(peer, "220 welcome\r\n");
  turn_until_connected(0);
  EXPECT_EQ(take(client.get()), "220 welcome\r\n");
}

TEST_F(RaceTest, TheBudgetBoundsHowOftenAFlightIsSaidAgain) {
  const auto silent = listening();
  const auto server = listening();
  set_backends_in_turn({support::local_address(silent), support::local_address(server)});
  expect_tls();
  while (place_.hedge_budget.has_any(wheel_.now())) place_.hedge_budget.spend(wheel_.now());
  const auto client = begin();
  send(client, client_hello());
  turn(loop_);
  const auto first = expect_hello(silent, client_hello());
  pass(milliseconds{1200});
  EXPECT_EQ(listener_.hedges_denied.value(), 1U);
  EXPECT_EQ(tries(), 1U);
  send(first, kServerHello);
  turn_until_connected(0);
  EXPECT_EQ(take(client.get()), kServerHello);
}

TEST_F(RaceTest, ALateLoopHearsWhatWasAnsweredInTime) {
  const auto server = listening();
  const auto other = listening();
  set_backends_in_turn({support::local_address(server), support::local_address(other)});
  expect_tls();
  const auto client = begin();
  send(client, client_hello());
  turn(loop_);
  const auto peer = expect_hello(server, client_hello());
  send(peer, kServerHello);
  clock_.advance(milliseconds{1500});
  wheel_.advance();
  EXPECT_EQ(counters(0).silences.value(), 0U);
  EXPECT_EQ(counters(0).sessions.value(), 1U);
}

TEST_F(RaceTest, EndsWithItsClient) {
  const auto silent = listening();
  set_backends_in_turn({support::local_address(silent)});
  expect_tls();
  auto client = begin();
  send(client, client_hello());
  turn(loop_);
  const auto peer = expect_hello(silent, client_hello());
  client.reset();
  turn(loop_);
  EXPECT_EQ(support::recv_all(peer), "");  // the end is passed on
}

}  // namespace
}  // namespace lb::proxy
