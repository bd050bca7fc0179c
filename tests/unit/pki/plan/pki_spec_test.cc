#include "pki/plan/pki_spec.h"

#include <gmock/gmock.h>

#include "tests/unit/pki/sample_cluster.h"

namespace pki::plan {
namespace {

using testing::Contains;
using testing::ElementsAre;
using testing::HasSubstr;

TEST(PkiSpec, SendsEachKubeconfigWhereItsReaderFindsTheApi) {
  const auto spec = spec_for(sample_cluster()).value();
  std::vector<std::string> lines;
  for (const auto& one : spec.kubeconfigs)
    lines.push_back(one.file + " " + one.certificate + " " + one.server + " " + one.user);
  EXPECT_THAT(lines,
              ElementsAre("admin.kubeconfig admin https://127.0.0.1:6443 admin",
                          "admin-remote.kubeconfig admin https://10.10.0.1:6443 admin",
                          "kube-controller-manager.kubeconfig kube-controller-manager https://127.0.0.1:6443 "
                          "system:kube-controller-manager",
                          "kube-scheduler.kubeconfig kube-scheduler https://127.0.0.1:6443 system:kube-scheduler",
                          "kube-proxy.kubeconfig kube-proxy https://10.10.0.1:6443 system:kube-proxy",
                          "worker-0.kubeconfig worker-0 https://10.10.0.1:6443 system:node:worker-0"));
  for (const auto& one : spec.kubeconfigs) {
    ASSERT_NE(spec.find_certificate(one.certificate), nullptr);
    EXPECT_EQ(one.cluster, "hard-way");
  }
}

TEST(PkiSpec, FollowsTheEndpointsPortAndFamily) {
  auto cluster = sample_cluster();
  cluster.control_plane_endpoint->port = 8443;
  cluster.load_balancer->vip = *base::IpAddress::parse("fd00::1");
  const auto spec = spec_for(cluster).value();
  EXPECT_EQ(spec.find_kubeconfig("admin.kubeconfig")->server, "https://127.0.0.1:8443");
  EXPECT_EQ(spec.find_kubeconfig("kube-proxy.kubeconfig")->server, "https://[fd00::1]:8443");
  EXPECT_EQ(spec.find_kubeconfig("nobody.kubeconfig"), nullptr);
}

TEST(PkiSpec, ListsEveryFileOnce) {
  const auto files = spec_for(sample_cluster()).value().files();
  EXPECT_EQ(files.size(), 8 * 2 + 6 + 1U);
  EXPECT_THAT(files, Contains("encryption-config.yaml"));
}

TEST(PkiSpec, RefusesNamesThatTwoFilesWouldHave) {
  auto cluster = sample_cluster();
  cluster.machines[2].name = "admin";
  const auto refused = spec_for(cluster);
  ASSERT_FALSE(refused);
  EXPECT_THAT(refused.error().front().message, HasSubstr("would both be the file admin-key.pem"));
  cluster.machines[2].name = "w";
  cluster.machines.push_back(cluster.machines[2]);
  cluster.machines.back().name = "w-key";
  EXPECT_THAT(spec_for(cluster).error().front().message, HasSubstr("would both be the file w-key.pem"));
}

TEST(PkiSpec, KeepsTheNamesOfARotationsFiles) {
  auto cluster = sample_cluster();
  for (const char* name : {"ca-next", "service-account-old", "ca-signing"}) {
    cluster.machines[2].name = name;
    ASSERT_FALSE(spec_for(cluster)) << name;
    EXPECT_THAT(spec_for(cluster).error().front().message, HasSubstr("give the worker another name"));
  }
}

TEST(PkiSpec, PassesOnWhatTheClusterLacks) {
  EXPECT_EQ(spec_for({}).error().size(), 4U);
}

}  // namespace
}  // namespace pki::plan
