#include "lb/proxy/session.h"

#include "tests/unit/lb/proxy/session_fixture.h"

namespace lb::proxy {
namespace {

TEST_F(SessionTest, EndsAtOnceWithoutABackend) {
  set_backends({});
  const auto client = begin();
  EXPECT_EQ(closed_, CloseReason::kNoBackend);
}

TEST_F(SessionTest, HoldsALeaseAsLongAsItLives) {
  const auto server = listening();
  set_backends({support::local_address(server)});
  const auto client = begin();
  EXPECT_EQ(counters(0).active.value(), 1U);
  const auto peer = accept_one(server);
  ASSERT_TRUE(session_);
  turn_until(loop_, [&] { return counters(0).sessions.value() == 1; });
  session_->abort(CloseReason::kShutdown);
  EXPECT_EQ(closed_, CloseReason::kShutdown);
  EXPECT_EQ(counters(0).active.value(), 0U);
}

TEST_F(SessionTest, TriesEachBackendOnceAndGivesUp) {
  set_backends({support::free_address(), support::free_address()});
  pool_.retries = 9;
  const auto client = begin();
  turn_until(loop_, [&] { return closed_.has_value(); });
  EXPECT_EQ(closed_, CloseReason::kConnectFailed);
  EXPECT_EQ(tries_, 2U);
  EXPECT_EQ(listener_.retries.value(), 1U);
  EXPECT_EQ(counters(0).connect_refused.value() + counters(1).connect_refused.value(), 2U);
  EXPECT_EQ(counters(0).active.value(), 0U);
}

TEST_F(SessionTest, TriesTheNextOneWhenTheCallItselfFails) {
  // Nothing connects to the broadcast address (RFC 1122, s4.2.3.10): the system says so at once.
  const auto server = listening();
  const auto nowhere = *base::SocketAddress::parse("255.255.255.255:6443");
  set_backends({nowhere});
  {
    const auto client = begin();
    EXPECT_EQ(closed_, CloseReason::kConnectFailed);
    EXPECT_EQ(counters(0).connect_errors.value(), 1U);
  }
  set_backends({nowhere, support::local_address(server)});
  for (std::uint64_t i = 0; counters(0).connect_errors.value() == 0; ++i) {
    ASSERT_LT(i, 64U);
    closed_.reset();
    const auto client = begin();
    turn_until(loop_, [&] { return closed_.has_value() || counters(1).sessions.value() > i; });
    EXPECT_FALSE(closed_);
    session_.reset();
  }
  EXPECT_EQ(counters(0).active.value(), 0U);
}

TEST_F(SessionTest, CountsRetriesDownToNone) {
  set_backends({support::free_address(), support::free_address()});
  pool_.retries = 0;
  const auto client = begin();
  turn_until(loop_, [&] { return closed_.has_value(); });
  EXPECT_EQ(tries_, 1U);
}

TEST_F(SessionTest, KnowsTriedBackendsByIdentityAcrossASnapshot) {
  const auto server = listening();
  set_backends({support::free_address()});
  const auto dead = pool_.backends[0];
  const auto client = begin();
  // While the refusal is on its way, a snapshot numbers the dead one second.
  set_backends({support::local_address(server), support::local_address(server)});
  pool_.backends[1] = dead;
  turn_until(loop_, [&] { return closed_.has_value() || counters(0).sessions.value() == 1; });
  EXPECT_FALSE(closed_);
  EXPECT_EQ(dead->counters()[0].connect_refused.value(), 1U);
}

TEST_F(SessionTest, EndsWhenTheTimeForAllTriesIsOver) {
  // 192.0.2.0/24 is TEST-NET-1 (RFC 5737); in this test nothing is sent: the connect has no route or no answer.
  const auto server = listening();
  ::listen(server.get(), 0);
  std::vector<base::UniqueFd> queued;
  for (int i = 0; i < 8; ++i) {  // fills the queue: further SYNs stay unanswered
    base::UniqueFd fd(::socket(AF_INET, SOCK_STREAM, 0));
    ::fcntl(fd.get(), F_SETFL, O_NONBLOCK);
    const auto address = support::local_address(server);
    static_cast<void>(::connect(fd.get(), address.data(), address.size()));
    queued.push_back(std::move(fd));
  }
  set_backends({support::local_address(server)});
  pool_.timeouts.connect = milliseconds{2000};
  const auto client = begin();
  turn(loop_);
  ASSERT_FALSE(closed_);
  pass(milliseconds{1900});
  EXPECT_FALSE(closed_);
  pass(milliseconds{300});
  EXPECT_EQ(closed_, CloseReason::kConnectFailed);
  EXPECT_EQ(counters(0).connect_timeouts.value(), 1U);
}

TEST_F(SessionTest, AsksTheSocketAndNotTheLateClockWhetherABackendAnswered) {
  const auto server = listening();
  set_backends({support::local_address(server)});
  pool_.timeouts.connect = milliseconds{2000};
  const auto client = begin();
  const base::UniqueFd peer(::accept(server.get(), nullptr, nullptr));  // it stands, and the loop was not told yet
  clock_.advance(milliseconds{2100});
  wheel_.advance();
  EXPECT_FALSE(closed_);
  EXPECT_EQ(counters(0).sessions.value(), 1U);
  EXPECT_EQ(counters(0).connect_timeouts.value(), 0U);
}

TEST_F(SessionTest, DeliversWhatABackendAnsweredBeforeItsResetToAClientThatGoesOnSending) {
  const auto server = listening();
  set_backends({support::local_address(server)});
  const auto client = begin();
  base::UniqueFd peer = accept_one(server);
  turn_until(loop_, [&] { return counters(0).sessions.value() == 1; });
  turn(loop_);
  // All of it stands in the kernel before the loop looks; the client is asked first.
  ASSERT_EQ(::write(client.get(), "request", 7), 7);
  ASSERT_EQ(::write(peer.get(), "answer", 6), 6);
  const linger at_once{1, 0};
  ::setsockopt(peer.get(), SOL_SOCKET, SO_LINGER, &at_once, sizeof at_once);
  peer.reset();
  turn_until(loop_, [&] { return closed_.has_value(); });
  EXPECT_EQ(closed_, CloseReason::kBackendReset);
  EXPECT_EQ(take(client.get()), "answer");
}

TEST_F(SessionTest, NoticesWithinASecondTheResetThatCameWithTheLastBytes) {
  const auto server = listening();
  set_backends({support::local_address(server)});
  const auto client = begin();
  base::UniqueFd peer = accept_one(server);
  turn_until(loop_, [&] { return counters(0).sessions.value() == 1; });
  pass(milliseconds{20'000});  // a quiet session
  ASSERT_EQ(::write(peer.get(), "bye", 3), 3);
  support::reset(std::move(peer));
  turn_until(loop_, [&] { return counters(0).bytes_to_client.value() == 3; });
  pass(milliseconds{1100});
  EXPECT_EQ(closed_, CloseReason::kBackendReset);
  EXPECT_EQ(take(client.get()), "bye");
}

TEST_F(SessionTest, KeepsTheBackendsSocketOnlyWhenBothSidesHaveEnded) {
  const auto server = listening();
  set_backends({support::local_address(server)});
  const std::size_t kept = net::SocketPool::supported() ? 1 : 0;
  std::uint64_t sessions = 0;
  for (const bool client_first : {true, false}) {
    auto client = begin();
    auto peer = accept_one(server);
    ++sessions;
    turn_until(loop_, [&] { return counters(0).sessions.value() == sessions; });
    ASSERT_EQ(::write(client.get(), "question", 8), 8);
    turn_until(loop_, [&] { return counters(0).bytes_to_backend.value() == 8 * sessions; });
    ASSERT_EQ(support::recv_exactly(peer, 8), "question");
    (client_first ? client : peer).reset();
    turn(loop_);
    EXPECT_FALSE(closed_);
    (client_first ? peer : client).reset();
    turn_until(loop_, [&] { return closed_.has_value(); });
    EXPECT_EQ(*std::exchange(closed_, std::nullopt), CloseReason::kFinished);
    EXPECT_EQ(sockets_.kept(), kept) << client_first;
  }
  EXPECT_EQ(listener_.reused_sockets.value(), kept);
  const auto client = begin();
  auto peer = accept_one(server);
  turn_until(loop_, [&] { return counters(0).sessions.value() == sessions + 1; });
  support::reset(std::move(peer));
  turn_until(loop_, [&] { return closed_.has_value(); });
  EXPECT_EQ(closed_, CloseReason::kBackendReset);
  EXPECT_EQ(sockets_.kept(), 0U);
}

TEST_F(SessionTest, ClosesAfterIdleTimeCountedFromTheLastByte) {
  const auto server = listening();
  set_backends({support::local_address(server)});
  pool_.timeouts.idle = milliseconds{10'000};
  const auto client = begin();
  const auto peer = accept_one(server);
  turn_until(loop_, [&] { return counters(0).sessions.value() == 1; });
  pass(milliseconds{9000});
  ASSERT_EQ(::write(client.get(), "x", 1), 1);
  turn_until(loop_, [&] { return counters(0).bytes_to_backend.value() == 1; });
  pass(milliseconds{9000});
  EXPECT_FALSE(closed_);
  pass(milliseconds{2000});
  EXPECT_EQ(closed_, CloseReason::kIdle);
}

TEST_F(SessionTest, GivesAHalfClosedSessionItsOwnPatience) {
  const auto server = listening();
  set_backends({support::local_address(server)});
  pool_.timeouts.half_close = milliseconds{3000};
  auto client = begin();
  auto peer = accept_one(server);
  turn_until(loop_, [&] { return counters(0).sessions.value() == 1; });
  ::shutdown(peer.get(), SHUT_WR);
  turn_until(loop_, [&] {
    char byte = 0;
    return ::read(client.get(), &byte, 1) == 0;
  });
  pass(milliseconds{2500});
  EXPECT_FALSE(closed_);
  pass(milliseconds{1000});
  EXPECT_EQ(closed_, CloseReason::kHalfClosed);
}

}  // namespace
}  // namespace lb::proxy
