#include "lib/cluster/read_load_balancer.h"

#include <gtest/gtest.h>

#include <stdexcept>

#include "tests/unit/lib/cluster/mistakes.h"

namespace cluster {
namespace {

using namespace std::chrono_literals;

// Its keys begin in line 5, with four spaces of their own.
std::string file_with_balancer(const std::string& keys) {
  return testing::file_with_spec("  loadBalancer:\n" + keys);
}

LoadBalancer balancer_of(const std::string& keys) {
  const auto loaded = parse_cluster(file_with_balancer(keys));
  if (!loaded) throw std::runtime_error(to_text(loaded.error(), ""));
  return *loaded->cluster.load_balancer;
}

TEST(ReadLoadBalancer, NeedsOnlyAnAddress) {
  const LoadBalancer balancer = balancer_of("    vip: 10.10.0.1\n");
  EXPECT_EQ(balancer.vip.to_string(), "10.10.0.1");
  EXPECT_TRUE(balancer.listeners.empty());
  EXPECT_EQ(balancer.workers, std::nullopt);
  EXPECT_TRUE(balancer.reuse_sockets);
  EXPECT_EQ(balancer.shutdown_grace, 30s);
  EXPECT_EQ(balancer.admin, std::nullopt);
}

TEST(ReadLoadBalancer, ReadsEachKey) {
  const LoadBalancer balancer = balancer_of(
      "    vip: 10.10.0.1\n    datapath: proxy\n    workers: 3\n    reuseSockets: false\n    maxConnections: 99\n"
      "    shutdownGrace: 1m\n    socket: /run/x.sock\n    admin: {address: 127.0.0.1:9440}\n");
  EXPECT_EQ(balancer.workers, 3U);
  EXPECT_FALSE(balancer.reuse_sockets);
  EXPECT_EQ(balancer.max_connections, 99U);
  EXPECT_EQ(balancer.shutdown_grace, 1min);
  EXPECT_EQ(balancer.socket, "/run/x.sock");
  EXPECT_EQ(balancer.admin->to_string(), "127.0.0.1:9440");
  EXPECT_EQ(balancer_of("    vip: 10.10.0.1\n    workers: auto\n").workers, std::nullopt);
}

TEST(ReadLoadBalancer, TakesAWrongNumberOfWorkersForAMistake) {
  EXPECT_EQ(testing::all_said(file_with_balancer("    vip: 10.10.0.1\n    workers: 257\n")),
            "6:14: workers: '257' is too large; write a number from 1 to 256, or auto\n");
}

TEST(ReadLoadBalancer, NeedsTheVipWhereAListenerHasNoAddress) {
  EXPECT_EQ(testing::all_said(file_with_balancer("    workers: 1\n")),
            "5:5: spec.loadBalancer has no 'vip'; add vip: 10.10.0.1\n");
}

}  // namespace
}  // namespace cluster
