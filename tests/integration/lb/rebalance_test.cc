// After one backend had all sessions for a while, the surplus is closed, a few a second, and spread anew.
#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "tests/integration/lb/running_daemon.h"

namespace tests::integration {
namespace {

using std::chrono::seconds;

constexpr int kManySessions = 12;
// What two samples of a session need.
constexpr seconds kMinute{61};
constexpr int kChecksALook = 10;

class Rebalance : public testing::Test {
 protected:
  static lb::config::Config config(const base::SocketAddress& a, const base::SocketAddress& b, bool dry_run) {
    auto config = with_quick_checks(config_for({a, b}));
    config.workers = 1;  // each look asks one worker
    config.listeners[0].policy = cluster::PolicyKind::kLeastConnections;
    config.listeners[0].rebalance = {
        .enabled = true, .threshold = 10, .rate = 100, .min_age = std::chrono::milliseconds{0}, .dry_run = dry_run};
    return config;
  }
  static std::string active(const char* backend) {
    return std::string(R"(backend_connections_active{listener="test",backend=")") + backend + "\"}";
  }
  static std::string up(const char* backend) {
    return std::string(R"(backend_up{listener="test",backend=")") + backend + "\"}";
  }
  // All of them at the first backend, and then the second comes back.
  std::vector<base::UniqueFd> fill_one(const RunningDaemon& lb) {
    lb.wait_for(up("b1"), 0);
    std::vector<base::UniqueFd> clients;
    for (int i = 0; i < kManySessions; ++i) {
      clients.push_back(lb.connect());
      support::send_all(clients.back(), "x");
      EXPECT_EQ(support::recv_exactly(clients.back(), 1), "x");
    }
    b_.start_listening();
    lb.wait_for(up("b1"), 1);
    EXPECT_EQ(lb.metric(active("b0")), kManySessions);
    return clients;
  }

  // The rebalancer looks once a second; checks, ten times as often, tell that so much has passed.
  static void skip_a_minute_and_see_a_look(RunningDaemon& lb) {
    const std::string checks = R"(health_checks_total{listener="test",backend="b0",result="passed"})";
    lb.skip(kMinute);
    const double before = lb.metric(checks);
    while (lb.metric(checks) < before + 2 * kChecksALook) std::this_thread::yield();
  }

  support::EchoServer a_;
  support::EchoServer b_;
};

TEST_F(Rebalance, ClosesTheSurplusAndNoMore) {
  b_.stop_listening();
  RunningDaemon lb(config(a_.address(), b_.address(), false));
  auto clients = fill_one(lb);
  EXPECT_EQ(lb.metric(R"(imbalance_ratio{listener="test"})"), 1);
  EXPECT_EQ(lb.closed("rebalanced"), 0);  // they are too young
  while (lb.closed("rebalanced") == 0) skip_a_minute_and_see_a_look(lb);
  // 6 would be even, 6.6 are allowed. As long as those 5 do not come back, no other pays for it.
  skip_a_minute_and_see_a_look(lb);
  EXPECT_EQ(lb.closed("rebalanced"), 5);
  EXPECT_EQ(lb.metric(active("b0")), kManySessions - 5);
}

TEST_F(Rebalance, ADryRunOnlyCounts) {
  b_.stop_listening();
  RunningDaemon lb(config(a_.address(), b_.address(), true));
  const auto clients = fill_one(lb);
  const std::string counted = R"(rebalance_sessions_total{listener="test",action="dry_run"})";
  while (lb.metric(counted) == 0) skip_a_minute_and_see_a_look(lb);
  EXPECT_EQ(lb.closed("rebalanced"), 0);
  EXPECT_EQ(lb.metric(active("b0")), kManySessions);
}

}  // namespace
}  // namespace tests::integration
