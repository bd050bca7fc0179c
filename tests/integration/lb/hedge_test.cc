// New clients of servers that hang, vanish or die: somebody else is asked beside them, and nobody fails.
#include <gtest/gtest.h>

#include <chrono>
#include <string>

#include "tests/integration/lb/running_daemon.h"
#include "tests/support/network_namespace.h"
#include "tests/support/tls_client.h"
#include "tests/support/tls_server.h"

namespace tests::integration {
namespace {

using std::chrono::milliseconds;

std::string of_backend(const char* name, const char* backend) {
  return std::string(name) + R"({listener="test",backend=")" + backend + "\"}";
}

class Hedge : public testing::Test {
 protected:
  static lb::config::Config by_first_flight(std::initializer_list<base::SocketAddress> backends) {
    auto config = config_for(backends);
    config.listeners[0].policy = cluster::PolicyKind::kRoundRobin;
    config.listeners[0].first_flight = cluster::FirstFlight::kTls;
    config.listeners[0].first_byte = milliseconds{200};
    config.listeners[0].passive.silent = 0;
    config.workers = 1;
    return config;
  }
  // One request on a connection of its own, as curl makes it.
  void expect_answer(const RunningDaemon& lb) {
    const auto deadline = std::chrono::steady_clock::now() + support::kPatience;
    auto connection = client_.connect(lb.address(), deadline);
    ASSERT_TRUE(connection) << connection.error().message;
    ASSERT_TRUE(connection->send("GET /version HTTP/1.1\r\nHost: api.test\r\n\r\n", deadline));
    const auto answer = connection->receive(deadline);
    ASSERT_TRUE(answer) << answer.error().message;
    EXPECT_TRUE(answer->starts_with("HTTP/1.1 200 "));
  }
  static std::string say_ok(const std::string&) { return support::http_answer(200); }

  support::TestCertificates certificates_;
  support::TlsServer good_{certificates_, say_ok};
  support::TlsServer bad_{certificates_, say_ok};
  support::TlsClient client_ = *support::TlsClient::make(certificates_.ca(), "127.0.0.1");
};

TEST_F(Hedge, AServerThatHangsCostsNoRequest) {
  bad_.fall_silent();
  const RunningDaemon lb(by_first_flight({bad_.address(), good_.address()}));
  for (int i = 0; i < 10; ++i) expect_answer(lb);
  EXPECT_EQ(good_.handshakes(), 10);
  EXPECT_EQ(lb.metric(R"(hedges_total{listener="test",kind="first_flight"})"), 5);
  EXPECT_EQ(lb.metric(R"(hedge_wins_total{listener="test"})"), 5);
  EXPECT_EQ(lb.metric(of_backend("backend_silences_total", "b0")), 5);
  EXPECT_EQ(lb.metric(of_backend("backend_sessions_total", "b0")), 0);
}

TEST_F(Hedge, AServerThatClosesWithoutAWordCostsNoRequest) {
  const support::ScriptedServer dying([](base::UniqueFd socket) {
    char first = 0;
    static_cast<void>(support::recv_some(socket, {&first, 1}));
  });
  const RunningDaemon lb(by_first_flight({dying.address(), good_.address()}));
  for (int i = 0; i < 10; ++i) expect_answer(lb);
  EXPECT_EQ(lb.metric(of_backend("backend_early_ends_total", "b0")), 5);
  EXPECT_EQ(lb.metric(of_backend("backend_silences_total", "b0")), 0);
}

TEST_F(Hedge, AServerThatSpeaksSomethingElseCostsNoRequest) {
  const support::NamingServer plain("HTTP/1.1 400 Bad Request\r\n\r\n");
  const RunningDaemon lb(by_first_flight({plain.address(), good_.address()}));
  for (int i = 0; i < 10; ++i) expect_answer(lb);
  EXPECT_EQ(good_.handshakes(), 10);
}

TEST_F(Hedge, ThreeSilencesEjectABackendUntilItsTimeIsOver) {
  auto config = by_first_flight({bad_.address(), good_.address()});
  config.listeners[0].passive = {.failures = 5, .silent = 3, .eject_for = milliseconds{10'000}, .max_ejected = 50};
  bad_.fall_silent();
  RunningDaemon lb(config);
  const std::string ejections = of_backend("backend_ejections_total", "b0");
  while (lb.metric(ejections) == 0) expect_answer(lb);
  EXPECT_EQ(lb.metric(R"(backend_state{listener="test",backend="b0",state="draining"})"), 1);
  const double silences = lb.metric(of_backend("backend_silences_total", "b0"));
  for (int i = 0; i < 10; ++i) expect_answer(lb);
  EXPECT_EQ(lb.metric(of_backend("backend_silences_total", "b0")), silences);  // nobody asks it any more
  bad_.speak();
  lb.skip(milliseconds{10'000});
  lb.wait_for(R"(backend_state{listener="test",backend="b0",state="up"})", 1);
  const int before = bad_.handshakes();
  while (bad_.handshakes() == before) expect_answer(lb);
}

TEST_F(Hedge, AMachineThatVanishedCostsAQuarterOfASecond) {
  if (!support::may_have_own_network()) GTEST_SKIP() << support::kNeedsOwnNetwork;
  support::in_own_network([] {
    const support::EchoServer vanished;
    const support::EchoServer there;
    const std::string port = std::to_string(vanished.address().port());
    support::run_tool({"nft", "add", "table", "inet", "gone"});
    support::run_tool({"nft", "add", "chain", "inet", "gone", "input", "{ type filter hook input priority 0; }"});
    support::run_tool({"nft", "add", "rule", "inet", "gone", "input", "tcp", "dport", port.c_str(), "drop"});
    auto config = config_for({vanished.address(), there.address()});
    config.listeners[0].policy = cluster::PolicyKind::kRoundRobin;
    config.listeners[0].passive.silent = 0;
    config.workers = 1;
    const RunningDaemon lb(config);
    for (int i = 0; i < 6; ++i) {
      const auto client = lb.connect();
      support::send_all(client, "x");
      EXPECT_EQ(support::recv_exactly(client, 1), "x");
    }
    EXPECT_EQ(lb.metric(R"(hedges_total{listener="test",kind="connect"})"), 3);
    EXPECT_EQ(lb.metric(R"(hedge_wins_total{listener="test"})"), 3);
    EXPECT_EQ(lb.metric(R"(retries_total{listener="test"})"), 0);
  });
}

}  // namespace
}  // namespace tests::integration
