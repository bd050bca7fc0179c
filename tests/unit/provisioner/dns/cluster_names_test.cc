#include "provisioner/dns/cluster_names.h"

#include <gmock/gmock.h>

#include "lib/cluster/cluster_file.h"

namespace provisioner::dns {
namespace {

using ::testing::Contains;
using ::testing::HasSubstr;
using ::testing::Not;
using ::testing::SizeIs;

cluster::Cluster example_of_names() {
  return cluster::load_cluster(KEEPSTATE_SOURCE_DIR "/configs/cluster.yaml").value().cluster;
}

TEST(ClusterNames, NamesMachinesEndpointAndEtcd) {
  const ClusterNames names = names_of(example_of_names()).value();
  EXPECT_EQ(names.resolver.to_string(), "10.10.0.254");
  ASSERT_THAT(names.zones, SizeIs(2));
  const auto& forward = names.zones[0].records;
  EXPECT_EQ(names.zones[0].name, "something.local.");
  EXPECT_THAT(forward, Contains(Record{"ns.something.local.", "A", "10.10.0.254"}));
  EXPECT_THAT(forward, Contains(Record{"worker-2.something.local.", "A", "10.10.0.23"}));
  EXPECT_THAT(forward, Contains(Record{"kubernetes.something.local.", "A", "10.10.0.1"}));
  EXPECT_THAT(forward, Contains(Record{"_etcd-server-ssl._tcp.something.local.", "SRV",
                                       "0 0 2380 controller-1.something.local."}));
  EXPECT_THAT(forward, Contains(Record{"_etcd-client-ssl._tcp.something.local.", "SRV",
                                       "0 0 2379 controller-2.something.local."}));
  EXPECT_THAT(forward, SizeIs(1 + 6 + 1 + 6));
  EXPECT_EQ(names.zones[1].name, "0.10.10.in-addr.arpa.");
  EXPECT_THAT(names.zones[1].records,
              Contains(Record{"11.0.10.10.in-addr.arpa.", "PTR", "controller-0.something.local."}));
  EXPECT_THAT(names.zones[1].records,
              Contains(Record{"1.0.10.10.in-addr.arpa.", "PTR", "kubernetes.something.local."}));
}

TEST(ClusterNames, GiveAVipOutsideTheNodesNetworkAZoneOfItsOwn) {
  auto cluster = example_of_names();
  cluster.load_balancer->vip = base::IpAddress::parse("192.168.7.5").value();
  const auto zones = names_of(cluster).value().zones;
  ASSERT_THAT(zones, SizeIs(3));
  EXPECT_EQ(zones[2].name, "7.168.192.in-addr.arpa.");
}

TEST(ClusterNames, MindNamesThatAreTakenAndEndpointsElsewhere) {
  auto cluster = example_of_names();
  cluster.machines[0].name = "ns";
  EXPECT_EQ(names_of(cluster).value().zones[0].name_server, "ns1.something.local.");
  cluster.control_plane_endpoint->host = "api.example.org";
  EXPECT_THAT(names_of(cluster).value().zones[0].records, Not(Contains(::testing::Field(&Record::value, "10.10.0.1"))));
  cluster.control_plane_endpoint->host = "ns.something.local";
  EXPECT_THAT(names_of(cluster).error().message, HasSubstr("ns.something.local. would have 2 addresses"));
}

TEST(ClusterNames, SayWhatIsMissing) {
  auto cluster = example_of_names();
  cluster.domain.clear();
  EXPECT_THAT(names_of(cluster).error().message, HasSubstr("spec.domain is missing"));
  cluster = example_of_names();
  cluster.node_network->gateway = {};
  EXPECT_THAT(names_of(cluster).error().message, HasSubstr("spec.nodeNetwork.gateway is missing"));
}

}  // namespace
}  // namespace provisioner::dns
