#include "provisioner/cloud_init/guest.h"

#include <gmock/gmock.h>

#include "tests/unit/provisioner/cloud_init/sample_guest.h"

namespace provisioner::cloud_init {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

base::IpAddress ip_of(const char* text) {
  return base::IpAddress::parse(text).value();
}

TEST(Guest, IsWhatTheExampleSays) {
  const Guest guest = example_guest(3);
  EXPECT_EQ(guest.cluster, "hard-way");
  EXPECT_EQ(guest.name, "worker-0");
  EXPECT_EQ(guest.fqdn, "worker-0.something.local");
  EXPECT_EQ(guest.user, "keepstate");
  EXPECT_THAT(guest.authorized_keys, ElementsAre(kOwnKey));
  EXPECT_EQ(guest.pod_cidr.value().to_string(), "10.100.0.0/24");
  EXPECT_EQ(guest.address, ip_of("10.10.0.21"));
  EXPECT_EQ(guest.prefix_length, 24U);
  EXPECT_EQ(guest.gateway, ip_of("10.10.0.254"));
  EXPECT_THAT(guest.nameservers, ElementsAre(ip_of("10.10.0.254")));
  EXPECT_EQ(guest.search, "something.local");
  EXPECT_THAT(guest.hosts, ElementsAre(HostsLine{ip_of("10.10.0.21"), {"worker-0.something.local", "worker-0"}}));
  EXPECT_FALSE(guest.vip);
}

TEST(Guest, OnlyBackendsHaveTheVipAndOnlyWithDirectReturn) {
  EXPECT_FALSE(example_guest(0).vip);
  EXPECT_EQ(example_guest(0, VipHolder::kBackends).vip, ip_of("10.10.0.1"));
  EXPECT_FALSE(example_guest(3, VipHolder::kBackends).vip);

  cluster::Cluster cluster = example_cluster();
  const SeedOptions options{.own_key = kOwnKey, .vip = VipHolder::kBackends};
  cluster.load_balancer->listeners.front().backends = {
      {.name = "x", .address = base::SocketAddress(ip_of("10.10.0.21"), 6443)}};
  EXPECT_TRUE(guest_of(cluster, cluster.machines[3], options).value().vip);
  EXPECT_FALSE(guest_of(cluster, cluster.machines[0], options).value().vip);
  cluster.load_balancer->listeners.clear();
  EXPECT_TRUE(guest_of(cluster, cluster.machines[0], options).value().vip);
  EXPECT_FALSE(guest_of(cluster, cluster.machines[3], options).value().vip);
}

TEST(Guest, KnowsTheOthersWhereNoServerDoes) {
  cluster::Cluster cluster = example_cluster();
  cluster.dns.provider = cluster::DnsProvider::kHosts;
  cluster.machines.resize(2);
  cluster.dns.forwarders = {ip_of("9.9.9.9")};
  const Guest guest = guest_of(cluster, cluster.machines[1], {.own_key = kOwnKey}).value();
  EXPECT_THAT(guest.hosts, ElementsAre(HostsLine{ip_of("10.10.0.12"), {"controller-1.something.local", "controller-1"}},
                                       HostsLine{ip_of("10.10.0.11"), {"controller-0.something.local", "controller-0"}},
                                       HostsLine{ip_of("10.10.0.1"), {"kubernetes.something.local"}}));
  EXPECT_THAT(guest.nameservers, ElementsAre(ip_of("9.9.9.9")));

  cluster.control_plane_endpoint->host = "10.10.0.1";
  EXPECT_EQ(guest_of(cluster, cluster.machines[1], {.own_key = kOwnKey}).value().hosts.size(), 2U);
}

TEST(Guest, HasNeitherDomainNorGatewayNorServerWhereThereIsNone) {
  cluster::Cluster cluster = example_cluster();
  cluster.domain.clear();
  cluster.node_network->gateway = {};
  const Guest guest = guest_of(cluster, cluster.machines[0], {.own_key = kOwnKey}).value();
  EXPECT_EQ(guest.fqdn, "controller-0");
  EXPECT_THAT(guest.hosts, ElementsAre(HostsLine{ip_of("10.10.0.11"), {"controller-0"}}));
  EXPECT_FALSE(guest.gateway);
  EXPECT_THAT(guest.nameservers, IsEmpty());
  EXPECT_EQ(guest.search, "");
}

TEST(Guest, HasEachKeyOnce) {
  cluster::Cluster cluster = example_cluster();
  cluster.access.authorized_keys = {"ssh-rsa A a", kOwnKey, "ssh-rsa A a"};
  EXPECT_THAT(guest_of(cluster, cluster.machines[0], {.own_key = kOwnKey}).value().authorized_keys,
              ElementsAre(kOwnKey, "ssh-rsa A a"));
}

TEST(Guest, NeedsANetworkAndAKey) {
  cluster::Cluster cluster = example_cluster();
  const auto locked = guest_of(cluster, cluster.machines[0], {});
  ASSERT_FALSE(locked);
  EXPECT_THAT(locked.error().message, HasSubstr("spec.access.authorizedKeys"));
  cluster.node_network.reset();
  const auto lost = guest_of(cluster, cluster.machines[0], {.own_key = kOwnKey});
  ASSERT_FALSE(lost);
  EXPECT_THAT(lost.error().message, HasSubstr("spec.nodeNetwork"));
}

}  // namespace
}  // namespace provisioner::cloud_init
