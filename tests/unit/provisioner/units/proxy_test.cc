#include "provisioner/units/proxy.h"

#include <gmock/gmock.h>

#include "tests/unit/provisioner/units/sample_units.h"

namespace provisioner::units {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

TEST(ProxyUnit, KnowsThePodsAndItsOwnNode) {
  const cluster::Cluster cluster = units_cluster();
  const auto set = proxy_unit(cluster, worker_of(cluster));
  const std::string config = text_of(set.files, "/var/lib/kube-proxy/kube-proxy-config.yaml");
  EXPECT_THAT(config, HasSubstr("apiVersion: kubeproxy.config.k8s.io/v1alpha1\n"));
  EXPECT_THAT(config, HasSubstr("clusterCIDR: \"10.100.0.0/16\"\n"));
  EXPECT_THAT(config, HasSubstr("hostnameOverride: \"worker-0\"\n"));
  EXPECT_THAT(config, HasSubstr("  kubeconfig: \"/var/lib/kube-proxy/kubeconfig\"\n"));
  EXPECT_EQ(set.unit.program, "/usr/local/bin/kube-proxy");
}

TEST(KernelUnits, LoadModulesBeforeTheirSettings) {
  const auto sets = kernel_units(units_cluster());
  ASSERT_EQ(sets.size(), 2U);
  EXPECT_EQ(sets.at(0).unit.name, "systemd-modules-load");
  EXPECT_THAT(sets.at(0).files.at(0).content, HasSubstr("\nbr_netfilter\n"));
  EXPECT_EQ(sets.at(1).unit.name, "systemd-sysctl");
  EXPECT_THAT(sets.at(1).unit.reads, ElementsAre("/etc/sysctl.d/60-kubernetes.conf"));
}

}  // namespace
}  // namespace provisioner::units
