#include "lib/cluster/cluster_file.h"

#include <gtest/gtest.h>

#include <filesystem>
#include <random>

#include "lib/base/file_system.h"
#include "tests/unit/lib/cluster/mistakes.h"

namespace cluster {
namespace {

using namespace std::chrono_literals;

std::filesystem::path example_path() {
  return std::filesystem::path(KEEPSTATE_SOURCE_DIR) / "configs" / "cluster.yaml";
}

TEST(ClusterFile, TheExampleHasTheValuesThatItShows) {
  const auto loaded = load_cluster(example_path());
  ASSERT_TRUE(loaded) << to_text(loaded.error(), "cluster.yaml");
  ASSERT_EQ(loaded->warnings.size(), 1U);
  EXPECT_EQ(loaded->warnings[0].line, 7);
  EXPECT_EQ(loaded->warnings[0].column, 11);
  const Cluster& cluster = loaded->cluster;
  EXPECT_EQ(cluster.name, "hard-way");
  EXPECT_EQ(cluster.domain, "something.local");
  EXPECT_EQ(cluster.control_plane_endpoint, (base::HostPort{"kubernetes.something.local", 6443}));
  EXPECT_EQ(cluster.networking->pod_subnet.to_string(), "10.100.0.0/16");
  EXPECT_EQ(cluster.networking->service_subnet.to_string(), "10.32.0.0/24");
  EXPECT_EQ(cluster.networking->dns_domain, "cluster.local");
  EXPECT_EQ(cluster.node_network->cidr.to_string(), "10.10.0.0/24");
  EXPECT_EQ(cluster.node_network->gateway.to_string(), "10.10.0.254");
  EXPECT_EQ(cluster.node_network->bridge, "bridge1");
  EXPECT_EQ(cluster.node_network->uplink, "em0");

  const LoadBalancer& balancer = *cluster.load_balancer;
  EXPECT_EQ(balancer.vip.to_string(), "10.10.0.1");
  EXPECT_EQ(balancer.admin->to_string(), "127.0.0.1:9440");
  ASSERT_EQ(balancer.listeners.size(), 1U);
  const Listener& listener = balancer.listeners[0];
  EXPECT_EQ(listener.name, "kube-apiserver");
  EXPECT_EQ(listener.address.to_string(), "10.10.0.1:6443");
  EXPECT_EQ(listener.timeouts.connect, 2s);
  EXPECT_EQ(listener.timeouts.idle, 1h);
  EXPECT_EQ(listener.timeouts.half_close, 60s);
  EXPECT_EQ(listener.retries, 2U);
  EXPECT_EQ(listener.health_check.interval, 2s);
  EXPECT_EQ(listener.health_check.timeout, 2s);
  EXPECT_EQ(listener.health_check.fall, 2U);
  EXPECT_EQ(listener.health_check.rise, 3U);
  ASSERT_EQ(listener.backends.size(), 3U);
  EXPECT_EQ(listener.backends[2].name, "controller-2");
  EXPECT_EQ(listener.backends[2].address.to_string(), "10.10.0.13:6443");
  EXPECT_EQ(listener.backends[2].weight, 1U);

  ASSERT_EQ(cluster.machines.size(), 6U);
  const Machine& worker = cluster.machines[5];
  EXPECT_EQ(worker.name, "worker-2");
  EXPECT_EQ(worker.role, Role::kWorker);
  EXPECT_EQ(worker.address.to_string(), "10.10.0.23");
  EXPECT_EQ(worker.pod_cidr->to_string(), "10.100.2.0/24");
  EXPECT_EQ(worker.cpus, 2U);
  EXPECT_EQ(worker.memory, 8ULL << 30);
  EXPECT_EQ(worker.disk, 10ULL << 30);
}

TEST(ClusterFile, WhatIsLeftOutHasItsDefault) {
  const auto loaded = parse_cluster(
      testing::file_with_spec("  loadBalancer:\n    vip: 10.10.0.1\n    listeners:\n"
                              "      - {name: api, address: 10.10.0.1:6443, backends: [{address: 10.10.0.11:6443}]}\n"
                              "  networking: {podSubnet: 10.100.0.0/16, serviceSubnet: 10.32.0.0/24}\n"
                              "  nodeNetwork: {cidr: 10.10.0.0/24}\n"
                              "  machines:\n    - {name: a, role: worker, address: 10.10.0.21}\n"));
  ASSERT_TRUE(loaded) << to_text(loaded.error(), "f");
  const Cluster& cluster = loaded->cluster;
  EXPECT_EQ(cluster.name, "kubernetes");
  EXPECT_EQ(cluster.domain, "");
  EXPECT_FALSE(cluster.control_plane_endpoint);
  EXPECT_EQ(cluster.networking->dns_domain, "cluster.local");
  EXPECT_TRUE(cluster.node_network->gateway.is_unspecified());
  const LoadBalancer& balancer = *cluster.load_balancer;
  EXPECT_EQ(balancer.datapath, Datapath::kProxy);
  EXPECT_EQ(balancer.workers, std::nullopt);
  EXPECT_EQ(balancer.max_connections, std::nullopt);
  EXPECT_EQ(balancer.shutdown_grace, 30s);
  EXPECT_EQ(balancer.admin, std::nullopt);
  EXPECT_EQ(balancer.socket, std::nullopt);
  const Listener& listener = balancer.listeners.at(0);
  EXPECT_EQ(listener.policy, PolicyKind::kWeightedRandom);
  EXPECT_EQ(listener.timeouts.connect, 2s);
  EXPECT_EQ(listener.timeouts.idle, 1h);
  EXPECT_EQ(listener.timeouts.half_close, 60s);
  EXPECT_EQ(listener.retries, 2U);
  EXPECT_EQ(listener.health_check.kind, HealthCheckKind::kTcp);
  EXPECT_EQ(listener.health_check.interval, 2s);
  EXPECT_EQ(listener.backends.at(0).weight, 1U);
  EXPECT_EQ(cluster.machines.at(0).cpus, 2U);
  EXPECT_EQ(cluster.machines.at(0).memory, 8ULL << 30);
  EXPECT_EQ(cluster.machines.at(0).disk, 10ULL << 30);
}

TEST(ClusterFile, WhatIsGivenReplacesTheDefault) {
  const auto loaded = parse_cluster(testing::file_with_spec(
      "  controlPlaneEndpoint: 'kubernetes:7443'\n"
      "  loadBalancer:\n    vip: 'fd00::1'\n    workers: 4\n    maxConnections: 5000\n    shutdownGrace: 5s\n"
      "    datapath: proxy\n    socket: /run/lb.sock\n    admin: {address: '[::1]:9440'}\n    listeners:\n"
      "      - {name: api, retries: 0, timeouts: {connect: 1500ms, idle: 1h30m, halfClose: 1s},\n"
      "         healthCheck: {interval: 100ms, timeout: 1ms, fall: 1, rise: 1}}\n"
      "  machineDefaults: {cpus: 4, memory: 1GiB}\n"
      "  machines:\n    - {name: a, role: control-plane, address: 'fd00::a', disk: 20GiB}\n"
      "    - {name: b, role: control-plane, address: 'fd00::b', cpus: 1, weight: 0}\n"));
  ASSERT_TRUE(loaded) << to_text(loaded.error(), "f");
  const LoadBalancer& balancer = *loaded->cluster.load_balancer;
  EXPECT_EQ(balancer.workers, 4U);
  EXPECT_EQ(balancer.max_connections, 5000U);
  EXPECT_EQ(balancer.shutdown_grace, 5s);
  EXPECT_EQ(balancer.socket, "/run/lb.sock");
  EXPECT_EQ(balancer.admin->to_string(), "[::1]:9440");
  const Listener& listener = balancer.listeners.at(0);
  EXPECT_EQ(listener.address.to_string(), "[fd00::1]:7443");
  EXPECT_EQ(listener.retries, 0U);
  EXPECT_EQ(listener.timeouts.connect, 1500ms);
  EXPECT_EQ(listener.timeouts.idle, 90min);
  EXPECT_EQ(listener.timeouts.half_close, 1s);
  EXPECT_EQ(listener.health_check.interval, 100ms);
  EXPECT_EQ(listener.health_check.timeout, 1ms);
  EXPECT_EQ(listener.health_check.fall, 1U);
  EXPECT_EQ(listener.health_check.rise, 1U);
  EXPECT_EQ(listener.backends.at(1).weight, 0U);
  const std::vector<Machine>& machines = loaded->cluster.machines;
  EXPECT_EQ(machines.at(0).cpus, 4U);
  EXPECT_EQ(machines.at(0).memory, 1ULL << 30);
  EXPECT_EQ(machines.at(0).disk, 20ULL << 30);
  EXPECT_EQ(machines.at(1).cpus, 1U);
}

TEST(ClusterFile, WorkersMayBeAuto) {
  const auto loaded = parse_cluster(testing::file_with_spec("  loadBalancer: {vip: 10.10.0.1, workers: auto}\n"));
  ASSERT_TRUE(loaded);
  EXPECT_EQ(loaded->cluster.load_balancer->workers, std::nullopt);
}

TEST(ClusterFile, ReportsAllMistakesInOneRunInTheirOrder) {
  EXPECT_EQ(
      testing::all_said("apiVersion: keepstate/v1\n"
                        "kind: Cluster\n"
                        "metadata: {name: hard-way}\n"
                        "spec:\n"
                        "  domain: something.local\n"
                        "  machines:\n"
                        "    - {name: c0, role: control-plane, address: 10.10.0.11, wieght: 2}\n"
                        "    - {name: c0, role: control-plane, address: 10.11.0.12, weight: -1}\n"
                        "  nodeNetwork: {cidr: 10.10.0.0/24}\n"
                        "  networking: {podSubnet: 10.0.0.0/8, serviceSubnet: 10.32.0.0/24}\n"
                        "  loadBalancer:\n"
                        "    vip: 10.10.0.11\n"
                        "    vip: 10.10.0.12\n"
                        "    listeners:\n"
                        "      - {timeouts: {idle: 1}, retries: [2], backends: []}\n"),
      "5:11: warning: domain: 'something.local' belongs to multicast DNS (RFC 6762), so some machines will not ask a "
      "DNS server for it; a name under home.arpa is safe (RFC 8375)\n"
      "7:60: unknown key 'wieght' (did you mean 'weight'?)\n"
      "8:14: name: 'c0' is taken in line 7 already; choose another\n"
      "8:48: address: 10.11.0.12 lies outside nodeNetwork.cidr 10.10.0.0/24; choose an address inside\n"
      "8:68: weight: '-1' is negative; write a number from 0 to 65535\n"
      "10:27: podSubnet: 10.0.0.0/8 overlaps cidr 10.10.0.0/24 of line 9; choose networks that share no address\n"
      "10:54: serviceSubnet: 10.32.0.0/24 overlaps podSubnet 10.0.0.0/8 of line 10; choose networks that share no "
      "address\n"
      "12:10: vip: 10.10.0.11 lies inside podSubnet 10.0.0.0/8, whose addresses Kubernetes gives out; choose one "
      "outside\n"
      "12:10: vip: 10.10.0.11 is the address of machine 'c0'; the VIP must be an address that nothing else has\n"
      "13:5: key 'vip' comes twice, first in line 12; remove one of them\n"
      "15:9: spec.loadBalancer.listeners[0] has no 'name'; add name: kube-apiserver\n"
      "15:9: spec.loadBalancer.listeners[0] has no address, and there is no spec.controlPlaneEndpoint to take the "
      "port from; add one of them\n"
      "15:27: idle: '1' is not a duration; write a number and a unit, as 500ms, 2s, 5m or 1h30m\n"
      "15:40: retries: is a list, not one value; write retries: VALUE\n"
      "15:55: backends: the list is empty; add a backend, or remove the key to take the control-plane machines\n");
}

TEST(ClusterFile, AFileThatCannotBeReadIsOneDiagnostic) {
  const auto loaded = load_cluster("/nonexistent/cluster.yaml");
  ASSERT_FALSE(loaded);
  EXPECT_EQ(to_text(loaded.error(), "/nonexistent/cluster.yaml"),
            "cannot read /nonexistent/cluster.yaml: No such file or directory; give the path of a cluster.yaml\n");
}

TEST(ClusterFile, ManyMachinesTakeNoLongTime) {
  std::string text = testing::file_with_spec("  machines:\n");
  for (int i = 0; i < 2'500; ++i) {
    text += fmt::format("    - {{name: w{}, role: worker, address: 10.1.{}.{}, podCIDR: 10.{}.{}.0/24}}\n", i, i / 250,
                        i % 250 + 1, 100 + i / 250, i % 250);
  }
  EXPECT_EQ(testing::all_said(text), "");
}

// Whatever the bytes, there is an answer: a cluster, or a list of mistakes that stand in the file.
void expect_an_answer(const std::string& text) {
  const auto loaded = parse_cluster(text);
  if (loaded) return;
  EXPECT_FALSE(loaded.error().empty());
  for (const Diagnostic& diagnostic : loaded.error()) {
    EXPECT_GE(diagnostic.line, 1) << text;
    EXPECT_GE(diagnostic.column, 1) << text;
    EXPECT_FALSE(diagnostic.message.empty()) << text;
  }
}

TEST(ClusterFile, EveryTruncationOfTheExampleHasAnAnswer) {
  const auto example = base::read_file(example_path());
  ASSERT_TRUE(example);
  for (std::size_t length = 0; length <= example->size(); ++length) expect_an_answer(example->substr(0, length));
}

TEST(ClusterFile, MutationsOfTheExampleHaveAnAnswer) {
  const auto example = base::read_file(example_path());
  ASSERT_TRUE(example);
  constexpr std::string_view kBytes = "\n\t \"'#&*!|>%@`{}[],:-?<~0a\\\r\x04\x80\xff";
  std::mt19937_64 random(20260725);
  const auto below = [&random](std::size_t n) { return static_cast<std::size_t>(random() % n); };
  for (int round = 0; round < 3'000; ++round) {
    std::string text = *example;
    for (std::size_t left = 1 + below(6); left > 0; --left) {
      const std::size_t at = below(text.size());
      switch (below(4)) {
        case 0:
          text[at] = kBytes[below(kBytes.size())];
          break;
        case 1:
          text.insert(at, 1 + below(3), kBytes[below(kBytes.size())]);
          break;
        case 2:
          text.erase(at, 1 + below(40));
          break;
        default:
          text.insert(below(text.size()), text.substr(at, below(200)));
          break;
      }
      if (text.empty()) text = "x";
    }
    expect_an_answer(text);
  }
}

}  // namespace
}  // namespace cluster
