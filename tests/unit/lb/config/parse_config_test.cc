#include "lb/config/parse_config.h"

#include <gtest/gtest.h>

#include "tests/unit/lb/sample_config.h"

namespace lb::config {
namespace {

using namespace std::chrono_literals;

Flags flags(std::string listen, std::vector<std::string> backends, std::string policy = "weighted-random") {
  return {.listen = std::move(listen), .backends = std::move(backends), .policy = std::move(policy)};
}

std::string error_of(const Flags& words) {
  const auto config = config_of(words);
  return config ? "" : config.error().message;
}

std::string error_of_backend(const std::string& backend) {
  return error_of(flags("0.0.0.0:6443", {backend}));
}

TEST(ConfigOfFlags, MakesOneListenerWithTheDefaults) {
  const auto config = config_of(flags("0.0.0.0:6443", {"10.10.0.11:6443", "[fd00::2]:6443,weight=2"}));
  ASSERT_TRUE(config) << config.error().message;
  ASSERT_EQ(config->listeners.size(), 1U);
  const cluster::Listener& listener = config->listeners.front();
  EXPECT_EQ(listener.name, "default");
  EXPECT_EQ(listener.address.to_string(), "0.0.0.0:6443");
  EXPECT_EQ(listener.policy, cluster::PolicyKind::kWeightedRandom);
  EXPECT_EQ(listener.retries, 2U);
  EXPECT_EQ(listener.timeouts.idle, 1h);
  ASSERT_EQ(listener.backends.size(), 2U);
  EXPECT_EQ(listener.backends[0].name, "10.10.0.11:6443");
  EXPECT_EQ(listener.backends[0].weight, 1U);
  EXPECT_EQ(listener.backends[1].name, "[fd00::2]:6443");
  EXPECT_EQ(listener.backends[1].address.to_string(), "[fd00::2]:6443");
  EXPECT_EQ(listener.backends[1].weight, 2U);
  EXPECT_FALSE(config->workers || config->max_connections || config->admin || config->socket);
  EXPECT_EQ(config->shutdown_grace, 30s);
}

TEST(ConfigOfFlags, TakesWeightsFrom0To65535) {
  const auto config = config_of(flags("0.0.0.0:0", {"10.0.0.1:1,weight=0", "10.0.0.2:65535,weight=65535"}));
  ASSERT_TRUE(config);
  EXPECT_EQ(config->listeners.front().backends[0].weight, 0U);
  EXPECT_EQ(config->listeners.front().backends[1].weight, 65535U);
}

TEST(ConfigOfFlags, NamesTheOptionThatIsWrong) {
  EXPECT_EQ(error_of(flags("6443", {"10.0.0.1:1"})),
            "--listen 6443: '6443' has no port; write address:port, as 10.10.0.1:6443 or [fd00::1]:6443");
  EXPECT_EQ(error_of(flags("0.0.0.0:6443", {})), "--listen needs at least one --backend ADDRESS:PORT[,weight=N]");
  EXPECT_EQ(error_of(flags("0.0.0.0:6443", {"10.0.0.1:1"}, "maglov")),
            "--policy: unknown policy 'maglov'; known: weighted-random, round-robin, least-connections, maglev");
}

TEST(ConfigOfFlags, SaysWhatIsWrongWithABackend) {
  EXPECT_EQ(error_of_backend("10.0.0.1"),
            "--backend 10.0.0.1: '10.0.0.1' has no port; write address:port, as 10.10.0.1:6443 or [fd00::1]:6443");
  EXPECT_EQ(error_of_backend("10.0.0.1:0"), "--backend 10.0.0.1:0: a backend's port goes from 1 to 65535");
  EXPECT_EQ(error_of_backend("10.0.0.1:80,wieght=2"),
            "--backend 10.0.0.1:80,wieght=2: unknown option 'wieght=2'; write 10.0.0.1:80,weight=2");
  EXPECT_EQ(error_of_backend("10.0.0.1:80,"), "--backend 10.0.0.1:80,: unknown option ''; write 10.0.0.1:80,weight=2");
  for (const char* weight : {"", "-1", "+1", "1.5", "65536", "4294967297", "two", "1,weight=2", " 1"}) {
    const std::string backend = std::string("10.0.0.1:80,weight=") + weight;
    EXPECT_EQ(error_of_backend(backend), "--backend " + backend + ": the weight is a whole number from 0 to 65535");
  }
}

TEST(ConfigOfFlags, SaysWhatIsWrongWithAllBackendsTogether) {
  EXPECT_EQ(error_of(flags("0.0.0.0:6443", {"10.0.0.1:80", "10.0.0.1:80,weight=2"})),
            "--backend 10.0.0.1:80,weight=2: this address is given twice; give it once, with a weight");
  EXPECT_EQ(error_of(flags("0.0.0.0:6443", {"10.0.0.1:80,weight=0", "10.0.0.2:80,weight=0"})),
            "every --backend has weight 0, so no session could go anywhere; give one a positive weight");
  EXPECT_EQ(error_of(flags("0.0.0.0:6443", {"10.0.0.1:80", "10.0.0.1:81"})), "");
}

TEST(ConfigOfFlags, RefusesABackendThatIsTheListener) {
  EXPECT_EQ(error_of(flags("10.0.0.1:6443", {"10.0.0.2:6443", "10.0.0.1:6443"})),
            "--backend 10.0.0.1:6443: this is the listener's own address, so its sessions would come back to it; "
            "choose another");
}

TEST(ConfigOfCluster, TakesTheLoadBalancersSection) {
  cluster::Cluster cluster;
  cluster.load_balancer.emplace();
  cluster.load_balancer->listeners = {sample_listener({1, 2}), sample_listener({3})};
  cluster.load_balancer->workers = 3;
  cluster.load_balancer->max_connections = 77;
  cluster.load_balancer->shutdown_grace = 5s;
  cluster.load_balancer->admin = base::SocketAddress::parse("127.0.0.1:9440").value();
  cluster.load_balancer->socket = "/run/lb.sock";
  const auto config = config_of(cluster);
  ASSERT_TRUE(config);
  ASSERT_EQ(config->listeners.size(), 2U);
  EXPECT_EQ(config->listeners[0].backends[1].weight, 2U);
  EXPECT_EQ(config->workers, 3U);
  EXPECT_EQ(config->max_connections, 77U);
  EXPECT_EQ(config->shutdown_grace, 5s);
  EXPECT_EQ(config->admin->to_string(), "127.0.0.1:9440");
  EXPECT_EQ(config->socket, "/run/lb.sock");
}

TEST(ConfigOfCluster, NeedsAListener) {
  cluster::Cluster cluster;
  const std::string missing = "spec.loadBalancer is missing: lb needs to know its listeners; see configs/cluster.yaml";
  EXPECT_EQ(config_of(cluster).error().message, missing);
  cluster.load_balancer.emplace();
  EXPECT_EQ(config_of(cluster).error().message, missing);
}

TEST(ParsePolicy, KnowsItsNames) {
  for (const auto& [name, kind] : cluster::kPolicyNames) EXPECT_EQ(parse_policy(name), kind);
  EXPECT_EQ(parse_policy("").error().message,
            "unknown policy ''; known: weighted-random, round-robin, least-connections, maglev");
  EXPECT_FALSE(parse_policy("Weighted-Random"));
}

}  // namespace
}  // namespace lb::config
