#include "provisioner/units/etcd.h"

#include <gmock/gmock.h>

#include "tests/unit/provisioner/units/sample_units.h"

namespace provisioner::units {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

std::string etcd_text(const cluster::Cluster& cluster, std::size_t machine = 0) {
  return text_of(etcd_unit(cluster, cluster.machines.at(machine)).files, "/etc/systemd/system/etcd.service");
}

TEST(EtcdUnit, NamesEveryMember) {
  const std::string text = etcd_text(units_cluster(), 1);
  EXPECT_THAT(text, HasSubstr("  --name=controller-1 \\\n"));
  EXPECT_THAT(text, HasSubstr("  --initial-cluster=controller-0=https://10.10.0.11:2380,"
                              "controller-1=https://10.10.0.12:2380,controller-2=https://10.10.0.13:2380 \\\n"));
  EXPECT_THAT(text, HasSubstr("  --listen-client-urls=https://10.10.0.12:2379,https://127.0.0.1:2379 \\\n"));
  EXPECT_THAT(text, HasSubstr("  --initial-cluster-state=new \\\n"));
}

TEST(EtcdUnit, WritesAddressesOfBothKinds) {
  cluster::Cluster cluster = units_cluster();
  cluster.machines.at(0).address = base::IpAddress::parse("fd00::11").value();
  EXPECT_THAT(etcd_text(cluster), HasSubstr("\"--listen-peer-urls=https://[fd00::11]:2380\" "));
}

TEST(EtcdUnit, LeavesRoomOnTheDisk) {
  cluster::Cluster cluster = units_cluster();
  EXPECT_THAT(etcd_text(cluster), HasSubstr("--quota-backend-bytes=2147483648 "));
  cluster.machines.at(0).disk = 4ULL << 30;
  EXPECT_THAT(etcd_text(cluster), HasSubstr("--quota-backend-bytes=1073741824 "));
  cluster.kubernetes.etcd.quota = 1ULL << 29;
  EXPECT_THAT(etcd_text(cluster), HasSubstr("--quota-backend-bytes=536870912 "));
}

TEST(EtcdUnit, JoinsAClusterThatIsThere) {
  cluster::Cluster cluster = units_cluster();
  cluster.kubernetes.etcd.initial_cluster_state = cluster::InitialClusterState::kExisting;
  EXPECT_THAT(etcd_text(cluster), HasSubstr("--initial-cluster-state=existing "));
}

}  // namespace
}  // namespace provisioner::units
