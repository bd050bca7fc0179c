#include "provisioner/network/host_network.h"

#include <gmock/gmock.h>

#include "tests/unit/provisioner/network/sample_network.h"

namespace provisioner::network {
namespace {

TEST(HostNetwork, FollowsFromClusterYaml) {
  const HostNetwork wanted = network_of(example_cluster());
  EXPECT_EQ(wanted.bridge, "bridge1");
  EXPECT_EQ(wanted.alias(), "keepstate:hard-way");
  ASSERT_EQ(wanted.addresses.size(), 2U);
  EXPECT_EQ(wanted.addresses[0].to_string(), "10.10.0.254/24");
  EXPECT_EQ(wanted.addresses[1].to_string(), "10.10.0.1/32");
  ASSERT_EQ(wanted.routes.size(), 3U);
  EXPECT_EQ(wanted.routes[1].to.to_string(), "10.100.1.0/24");
  EXPECT_EQ(wanted.routes[1].via.to_string(), "10.10.0.22");
  EXPECT_TRUE(wanted.forwards4);
  EXPECT_FALSE(wanted.forwards6);
  ASSERT_TRUE(wanted.rules);
  EXPECT_THAT(wanted.rules->name, ::testing::MatchesRegex("keepstate_n[0-9a-f]{5}"));
  auto other = example_cluster();
  other.name = "hard-way-2";
  EXPECT_NE(network_of(other).rules->name, wanted.rules->name);
  EXPECT_EQ(wanted.rules->masquerades.at(0).uplink, "em0");
  EXPECT_EQ(wanted.rules->masquerades.at(0).sources.size(), 2U);
}

TEST(HostNetwork, WantsNothingWithoutMachinesOrABridge) {
  EXPECT_EQ(network_of(without_machines(example_cluster())).bridge, "");
  auto cluster = example_cluster();
  cluster.node_network->bridge.clear();
  EXPECT_EQ(network_of(cluster).bridge, "");
  cluster.node_network.reset();
  EXPECT_EQ(network_of(cluster).bridge, "");
}

TEST(HostNetwork, LeavesIpv6ToRouting) {
  auto cluster = example_cluster();
  cluster.node_network->cidr = base::IpNetwork::parse("fd00:10::/64").value();
  cluster.node_network->gateway = base::IpAddress::parse("fd00:10::fe").value();
  cluster.networking->pod_subnet = base::IpNetwork::parse("fd00:100::/48").value();
  const HostNetwork wanted = network_of(cluster);
  EXPECT_FALSE(wanted.rules);
  EXPECT_TRUE(wanted.forwards6);
  EXPECT_EQ(wanted.addresses.at(0).to_string(), "fd00:10::fe/64");
}

TEST(HostNetwork, HasNoWayOutWithoutAnUplink) {
  auto cluster = example_cluster();
  cluster.node_network->uplink.clear();
  EXPECT_FALSE(network_of(cluster).rules);
}

}  // namespace
}  // namespace provisioner::network
