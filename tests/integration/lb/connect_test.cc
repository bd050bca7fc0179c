// Finding a backend: refusals, silence, limits, and what the client sees of them.
#include <gtest/gtest.h>
#include <poll.h>
#include <sys/socket.h>

#include <array>
#include <map>
#include <vector>

#include "tests/integration/lb/running_daemon.h"

namespace tests::integration {
namespace {

using std::chrono::milliseconds;

base::SocketAddress refusing_address() {
  return support::free_address();
}

// A listening socket whose queue is full: further SYNs get no answer.
class SilentServer {
 public:
  SilentServer() : listening_(support::listen_on(*base::SocketAddress::parse("127.0.0.1:0"))) {
    ::listen(listening_.get(), 0);
    // One is queued; the ones behind it are dropped by the kernel and never become connected.
    queued_.push_back(support::connect_to(address()));
    while (becomes_connected()) {
    }
  }
  [[nodiscard]] base::SocketAddress address() const { return support::local_address(listening_); }

 private:
  bool becomes_connected() {
    try {
      queued_.push_back(support::connect_to(address(), milliseconds{100}));
      return true;
    } catch (const support::SocketError& error) {
      EXPECT_EQ(error.error(), ETIMEDOUT);
      return false;
    }
  }

  base::UniqueFd listening_;
  std::vector<base::UniqueFd> queued_;
};

void expect_echo(const base::UniqueFd& client, const std::string& text) {
  support::send_all(client, text);
  EXPECT_EQ(support::recv_exactly(client, text.size()), text);
}

// The client may learn of it while it still connects, or when it reads.
void expect_reset(const RunningDaemon& lb) {
  try {
    static_cast<void>(support::recv_all(lb.connect()));
    ADD_FAILURE() << "a client without a backend must not see a clean end";
  } catch (const support::SocketError& error) {
    EXPECT_EQ(error.error(), ECONNRESET) << error.what();
  }
}

TEST(Connect, TriesTheNextBackendWhenOneRefuses) {
  const support::EchoServer server;
  auto config = config_for({refusing_address(), server.address()});
  const RunningDaemon lb(config);
  for (int i = 0; i < 100; ++i) {
    const auto client = lb.connect();
    expect_echo(client, "sent before any backend stood");
  }
  EXPECT_EQ(lb.metric(R"(backend_sessions_total{listener="test",backend="b1"})"), 100);
  EXPECT_EQ(lb.closed("connect_failed"), 0);
}

TEST(Connect, NeverTriesABackendTwiceAndThenResets) {
  auto config = config_for({refusing_address(), refusing_address(), refusing_address()});
  config.listeners[0].retries = 10;
  const RunningDaemon lb(config);
  for (int i = 0; i < 20; ++i) expect_reset(lb);
  lb.wait_for_closed("connect_failed", 20);
  for (const char* backend : {"b0", "b1", "b2"}) {
    EXPECT_EQ(lb.metric(std::string(R"(backend_connect_failures_total{listener="test",backend=")") + backend +
                        R"(",reason="refused"})"),
              20);
  }
  EXPECT_EQ(lb.metric(R"(retries_total{listener="test"})"), 40);
}

TEST(Connect, StopsAtTheConfiguredNumberOfRetries) {
  auto config = config_for({refusing_address(), refusing_address(), refusing_address()});
  config.listeners[0].retries = 1;
  const RunningDaemon lb(config);
  expect_reset(lb);
  lb.wait_for_closed("connect_failed", 1);
  EXPECT_EQ(lb.metric(R"(retries_total{listener="test"})"), 1);
}

TEST(Connect, LeavesASilentBackendAfterTheConnectTimeout) {
  const SilentServer silent;
  const support::EchoServer server;
  auto config = config_for({silent.address(), server.address()});
  config.listeners[0].timeouts.connect = milliseconds{100};
  const RunningDaemon lb(config);
  for (int i = 0; i < 12; ++i) {
    const auto client = lb.connect();
    expect_echo(client, "waits in the kernel meanwhile");
  }
  EXPECT_GT(lb.metric(R"(backend_connect_failures_total{listener="test",backend="b0",reason="timeout"})"), 0);
  EXPECT_EQ(lb.metric(R"(backend_sessions_total{listener="test",backend="b1"})"), 12);
}

TEST(Connect, StopsWhenTheClientLeavesBeforeABackendStands) {
  const SilentServer silent;
  auto config = config_for({silent.address()});
  config.listeners[0].timeouts.connect = milliseconds{5000};
  const RunningDaemon lb(config);
  auto client = lb.connect();
  lb.wait_for(R"(backend_connections_active{listener="test",backend="b0"})", 1);
  support::reset(std::move(client));
#ifdef KEEPSTATE_PORTABLE
  lb.wait_for(R"(connections_active{listener="test"})", 0);  // poll(2) tells of it only with the next byte or timeout
#else
  lb.wait_for_closed("client_gone", 1);
#endif
}

TEST(Connect, SplitsByWeightAndLeavesWeightZeroOut) {
  const support::NamingServer a("a");
  const support::NamingServer b("b");
  const support::NamingServer c("c");
  const support::NamingServer d("d");
  auto config = config_for({a.address(), b.address(), c.address(), d.address()});
  config.workers = 1;  // one sequence of random numbers, so that the run is the same every time
  config.listeners[0].backends[2].weight = 2;
  config.listeners[0].backends[3].weight = 0;
  const RunningDaemon lb(config);
  constexpr int kConnections = 20'000;
  std::map<std::string, int> count;
  for (int i = 0; i < kConnections; ++i) ++count[support::recv_all(lb.connect())];
  EXPECT_EQ(count["d"], 0);
  double chi_squared = 0;
  for (const auto& [name, share] : std::map<std::string, double>{{"a", 0.25}, {"b", 0.25}, {"c", 0.5}}) {
    const double expected = kConnections * share;
    chi_squared += (count[name] - expected) * (count[name] - expected) / expected;
  }
  EXPECT_LT(chi_squared, 13.82);  // 2 degrees of freedom, p = 0.001
}

TEST(Connect, KeepsClientsWaitingAtTheLimitAndServesThemLater) {
  const support::EchoServer server;
  auto config = config_for({server.address()});
  config.max_connections = 2;
  const RunningDaemon lb(config);
  auto first = lb.connect();
  auto second = lb.connect();
  expect_echo(first, "1");
  expect_echo(second, "2");
  const auto third = lb.connect();  // the kernel has it; lb has not
  support::send_all(third, "3");
  while (lb.metric(R"(accept_pauses_total{reason="limit"})") == 0) std::this_thread::yield();
  EXPECT_EQ(lb.metric(R"(connections_active{listener="test"})"), 2);
  first.reset();
  EXPECT_EQ(support::recv_exactly(third, 1), "3");
}

}  // namespace
}  // namespace tests::integration
