#include "provisioner/units/container_runtime.h"

#include <gmock/gmock.h>

#include <nlohmann/json.hpp>

#include "tests/unit/provisioner/units/sample_units.h"

namespace provisioner::units {
namespace {

using ::testing::HasSubstr;

TEST(ContainerdUnit, AnswersWhereTheKubeletAsks) {
  cluster::Cluster cluster = units_cluster();
  cluster.kubernetes.container_runtime.endpoint = "unix:///run/other.sock";
  cluster.kubernetes.container_runtime.program = "/usr/bin/containerd";
  const auto set = containerd_unit(cluster);
  EXPECT_THAT(text_of(set.files, "/etc/containerd/config.toml"),
              HasSubstr("[grpc]\n  address = \"/run/other.sock\"\n"));
  EXPECT_THAT(text_of(set.files, "/etc/containerd/config.toml"), HasSubstr("\n  SystemdCgroup = true\n"));
  EXPECT_THAT(text_of(set.files, "/etc/systemd/system/containerd.service"),
              HasSubstr("ExecStart=/usr/bin/containerd \\\n  --config=/etc/containerd/config.toml\n"));
  EXPECT_EQ(set.unit.program, "/usr/bin/containerd");
}

TEST(Cni, GivesPodsTheMachinesNetwork) {
  cluster::Cluster cluster = units_cluster();
  const auto bridge = [&] {
    return nlohmann::json::parse(text_of(cni_files(worker_of(cluster)), "/etc/cni/net.d/10-bridge.conf"));
  };
  EXPECT_EQ(bridge()["ipam"]["ranges"][0][0]["subnet"], "10.100.0.0/24");
  EXPECT_EQ(bridge()["ipam"]["routes"][0]["dst"], "0.0.0.0/0");
  cluster.machines.at(3).pod_cidr = base::IpNetwork::parse("fd00:1::/64").value();
  EXPECT_EQ(bridge()["ipam"]["ranges"][0][0]["subnet"], "fd00:1::/64");
  EXPECT_EQ(bridge()["ipam"]["routes"][0]["dst"], "::/0");
}

TEST(Cni, HasALoopback) {
  const cluster::Cluster cluster = units_cluster();
  const auto loopback =
      nlohmann::json::parse(text_of(cni_files(worker_of(cluster)), "/etc/cni/net.d/99-loopback.conf"));
  EXPECT_EQ(loopback["type"], "loopback");
}

}  // namespace
}  // namespace provisioner::units
