#include "lb/net/connector.h"

#include <cerrno>
#include <vector>

#include "tests/unit/lb/net/descriptor_shortage.h"
#include "tests/unit/lb/net/loop_fixture.h"

namespace lb::net {
namespace {

using namespace std::chrono_literals;

class ConnectorTest : public LoopTest {
 protected:
  int result_of_the_next() {
    const std::size_t before = results_.size();
    EXPECT_TRUE(run_until([&] { return results_.size() > before; }));
    return results_.size() > before ? results_.back() : -1;
  }

  std::vector<base::UniqueFd> listening_ = *open_listen_sockets(loopback(), 1);
  base::SocketAddress open_ = local_address(listening_.front().get());
  std::vector<int> results_;
  Connector connector_{loop_, [this](int error) { results_.push_back(error); }};
};

TEST_F(ConnectorTest, TellsThatTheConnectionStandsOnceAndLater) {
  connector_.start(open_, 10s);
  EXPECT_TRUE(results_.empty());
  EXPECT_EQ(result_of_the_next(), 0);
  run_ready();
  EXPECT_EQ(results_.size(), 1U);
}

TEST_F(ConnectorTest, LeavesTheServerAResetOrNothingAtAll) {
  int unseen = 0;
  for (int i = 0; i < 20; ++i) {
    connector_.start(open_, 10s);
    ASSERT_EQ(result_of_the_next(), 0);
    const Accepted accepted = accept_connection(listening_.front().get());
    unseen += accepted.fd ? 0 : 1;
    if (!accepted.fd) continue;
    ASSERT_TRUE(await_events(accepted.fd.get(), POLLIN));
    EXPECT_EQ(receive_text(accepted.fd.get()), "errno " + std::to_string(ECONNRESET));
  }
#if defined(__linux__) && !defined(KEEPSTATE_PORTABLE)
  EXPECT_GT(unseen, 0);  // all, unless the machine was held up for the 40 ms of a delayed ACK
#endif
}

TEST_F(ConnectorTest, TellsARefusal) {
  listening_.clear();
  connector_.start(open_, 10s);
  EXPECT_TRUE(results_.empty());
  EXPECT_EQ(result_of_the_next(), ECONNREFUSED);
}

TEST_F(ConnectorTest, TellsThatTheTimeWasUp) {
  // A queue of one that is full: the kernel drops further SYNs, and the client's wait.
  const base::UniqueFd full(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
  const base::SocketAddress any = loopback();
  ASSERT_EQ(::bind(full.get(), any.data(), any.size()), 0);
  ASSERT_EQ(::listen(full.get(), 0), 0);
  const base::SocketAddress address = local_address(full.get());
  const base::UniqueFd first = blocking_client(address);
  ASSERT_TRUE(await_events(full.get(), POLLIN));
  connector_.start(address, 1ms);
  EXPECT_EQ(result_of_the_next(), ETIMEDOUT);
}

// The check of a backend must not fail because the loop was held up.
TEST_F(ConnectorTest, AConnectionThatStandsCountsAlsoWhenTheLoopLooksTooLate) {
  connector_.start(open_, 0ms);
  EXPECT_EQ(result_of_the_next(), 0);
}

TEST_F(ConnectorTest, ARefusalCountsAlsoWhenTheLoopLooksTooLate) {
  listening_.clear();
  connector_.start(open_, 0ms);
  EXPECT_EQ(result_of_the_next(), ECONNREFUSED);
}

TEST_F(ConnectorTest, TellsWhatIsKnownAtOnceNotBeforeTheLoopTurns) {
  const DescriptorShortage shortage;
  connector_.start(open_, 10s);
  EXPECT_TRUE(results_.empty());
  EXPECT_EQ(result_of_the_next(), EMFILE);
}

TEST_F(ConnectorTest, ANewStartDropsTheOneThatRuns) {
  connector_.start(open_, 10s);
  listening_.clear();
  connector_.start(open_, 10s);
  EXPECT_EQ(result_of_the_next(), ECONNREFUSED);
  run_ready();
  EXPECT_EQ(results_.size(), 1U);
}

TEST_F(ConnectorTest, CancelAndDestructionSilence) {
  connector_.cancel();
  connector_.start(open_, 10s);
  connector_.cancel();
  {
    Connector other(loop_, [this](int error) { results_.push_back(error); });
    other.start(open_, 10s);
  }
  run_ready();
  EXPECT_TRUE(results_.empty());
}

TEST_F(ConnectorTest, MayBeStartedAgainFromItsOwnCallback) {
  int calls = 0;
  Connector* self = nullptr;
  Connector connector(loop_, [&](int) {
    if (++calls < 3) self->start(open_, 10s);
  });
  self = &connector;
  connector.start(open_, 10s);
  EXPECT_TRUE(run_until([&] { return calls == 3; }));
}

}  // namespace
}  // namespace lb::net
