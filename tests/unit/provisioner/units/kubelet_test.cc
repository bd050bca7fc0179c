#include "provisioner/units/kubelet.h"

#include <gmock/gmock.h>

#include "tests/unit/provisioner/units/sample_units.h"

namespace provisioner::units {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

constexpr std::string_view kKubeletService = "/etc/systemd/system/kubelet.service";
constexpr std::string_view kKubeletYaml = "/var/lib/kubelet/kubelet-config.yaml";

std::string kubelet_file(const cluster::Cluster& cluster, std::string_view path) {
  return text_of(kubelet_unit(cluster, worker_of(cluster)).value().files, path);
}

TEST(KubeletUnit, TellsTheRuntimeInTheWordsOfItsVersion) {
  const std::string old = kubelet_file(units_cluster(20), kKubeletService);
  EXPECT_THAT(old, HasSubstr("--container-runtime=remote \\\n"));
  EXPECT_THAT(old, HasSubstr("--network-plugin=cni \\\n"));
  EXPECT_THAT(old, HasSubstr("--container-runtime-endpoint=unix:///run/containerd/containerd.sock \\\n"));
  EXPECT_THAT(kubelet_file(units_cluster(20), kKubeletYaml), Not(HasSubstr("containerRuntimeEndpoint")));

  const std::string between = kubelet_file(units_cluster(24), kKubeletService);
  EXPECT_THAT(between, Not(HasSubstr("--container-runtime=")));
  EXPECT_THAT(between, Not(HasSubstr("--network-plugin")));
  EXPECT_THAT(between, HasSubstr("--container-runtime-endpoint="));

  const std::string current = kubelet_file(units_cluster(27), kKubeletService);
  EXPECT_THAT(current, Not(HasSubstr("--container-runtime")));
  EXPECT_THAT(kubelet_file(units_cluster(27), kKubeletYaml),
              HasSubstr("containerRuntimeEndpoint: \"unix:///run/containerd/containerd.sock\"\n"));
}

TEST(KubeletUnit, IsTheNodeOfItsCertificate) {
  const std::string text = kubelet_file(units_cluster(), kKubeletService);
  EXPECT_THAT(text, HasSubstr("--hostname-override=worker-0 \\\n"));
  EXPECT_THAT(text, HasSubstr("--node-ip=10.10.0.21 \\\n"));
  EXPECT_THAT(text, HasSubstr("--kubeconfig=/var/lib/kubelet/kubeconfig \\\n"));
}

TEST(KubeletUnit, GivesPodsTheTenthServiceForNames) {
  cluster::Cluster cluster = units_cluster();
  EXPECT_THAT(kubelet_file(cluster, kKubeletYaml), HasSubstr("clusterDNS:\n  - \"10.32.0.10\"\n"));
  EXPECT_THAT(kubelet_file(cluster, kKubeletYaml), HasSubstr("podCIDR: \"10.100.0.0/24\"\n"));
  cluster.networking->service_subnet = base::IpNetwork::parse("10.32.0.0/29").value();
  EXPECT_EQ(
      kubelet_unit(cluster, worker_of(cluster)).error().message,
      "spec.networking.serviceSubnet 10.32.0.0/29 has no tenth address, which pods ask for names; choose a larger "
      "network, as 10.32.0.0/24");
}

TEST(KubeletUnit, LeavesAnotherRuntimeToItsOwner) {
  cluster::Cluster cluster = units_cluster();
  EXPECT_THAT(kubelet_file(cluster, kKubeletService), HasSubstr("Requires=containerd.service\n"));
  cluster.kubernetes.container_runtime = {cluster::ContainerRuntimeKind::kOther, "unix:///run/crio/crio.sock", ""};
  EXPECT_THAT(kubelet_file(cluster, kKubeletService), Not(HasSubstr("containerd")));
  EXPECT_THAT(kubelet_file(cluster, kKubeletYaml), HasSubstr("\"unix:///run/crio/crio.sock\""));
}

}  // namespace
}  // namespace provisioner::units
