#include "lib/cluster/read_kubernetes.h"

#include <gmock/gmock.h>

#include "tests/unit/lib/cluster/mistakes.h"

namespace cluster {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

Kubernetes kubernetes_with(std::string_view spec) {
  return parse_cluster(testing::file_with_spec(spec)).value().cluster.kubernetes;
}

std::string kubernetes_said(std::string_view keys) {
  return testing::all_said(testing::file_with_spec("  kubernetes: {" + std::string(keys) + "}\n"));
}

TEST(ReadKubernetes, HasDefaultsForAll) {
  const Kubernetes kubernetes =
      kubernetes_with("  networking: {podSubnet: 10.1.0.0/16, serviceSubnet: 10.32.0.0/24}\n");
  EXPECT_EQ(kubernetes.version.minor, KubernetesVersion::kCurrent);
  EXPECT_EQ(kubernetes.binaries, "/usr/local/bin");
  EXPECT_EQ(kubernetes.goaway_per_million, std::nullopt);
  EXPECT_EQ(kubernetes.shutdown_delay, std::chrono::seconds{10});
  EXPECT_EQ(kubernetes.service_account_issuer, "https://kubernetes.default.svc.cluster.local");
  EXPECT_EQ(kubernetes.resolv_conf, "/run/systemd/resolve/resolv.conf");
  EXPECT_EQ(kubernetes.container_runtime.kind, ContainerRuntimeKind::kContainerd);
  EXPECT_EQ(kubernetes.container_runtime.endpoint, "unix:///run/containerd/containerd.sock");
  EXPECT_EQ(kubernetes.etcd.quota, std::nullopt);
  EXPECT_EQ(kubernetes.etcd.initial_cluster_state, InitialClusterState::kNew);
  EXPECT_THAT(kubernetes.extra_args, ::testing::Each(IsEmpty()));
}

TEST(ReadKubernetes, ReadsEveryKey) {
  const Kubernetes kubernetes = kubernetes_with(
      "  kubernetes:\n"
      "    version: 1.20\n"
      "    binaries: /opt/kubernetes/bin\n"
      "    goawayChance: 0.02\n"
      "    shutdownDelay: 1m\n"
      "    serviceAccountIssuer: https://10.10.0.1:6443\n"
      "    resolvConf: /etc/resolv.conf\n"
      "    containerRuntime: {type: other, endpoint: 'unix:///run/crio/crio.sock', program: /usr/bin/containerd}\n"
      "    etcd: {quota: 4GiB, initialClusterState: existing}\n"
      "    extraArgs: {etcd: [--snapshot-count=5000], kube-apiserver: ['--audit-log-format=json', '--x=a b'], "
      "kubelet: [--v=4]}\n");
  EXPECT_EQ(kubernetes.version.minor, 20U);
  EXPECT_EQ(kubernetes.binaries, "/opt/kubernetes/bin");
  EXPECT_EQ(kubernetes.goaway_per_million, 20'000U);
  EXPECT_EQ(kubernetes.shutdown_delay, std::chrono::minutes{1});
  EXPECT_EQ(kubernetes.service_account_issuer, "https://10.10.0.1:6443");
  EXPECT_EQ(kubernetes.resolv_conf, "/etc/resolv.conf");
  EXPECT_EQ(kubernetes.container_runtime.kind, ContainerRuntimeKind::kOther);
  EXPECT_EQ(kubernetes.container_runtime.endpoint, "unix:///run/crio/crio.sock");
  EXPECT_EQ(kubernetes.container_runtime.program, "/usr/bin/containerd");
  EXPECT_EQ(kubernetes.etcd.quota, 4ULL << 30);
  EXPECT_EQ(kubernetes.etcd.initial_cluster_state, InitialClusterState::kExisting);
  EXPECT_THAT(kubernetes.extra_args_of(Program::kEtcd), ElementsAre("--snapshot-count=5000"));
  EXPECT_THAT(kubernetes.extra_args_of(Program::kApiServer), ElementsAre("--audit-log-format=json", "--x=a b"));
  EXPECT_THAT(kubernetes.extra_args_of(Program::kKubelet), ElementsAre("--v=4"));
}

TEST(ReadKubernetes, TakesVersionsAsPeopleWriteThem) {
  EXPECT_EQ(kubernetes_with("  kubernetes: {version: v1.31.2}\n").version.minor, 31U);
  for (const char* version : {"1.19", "2.0", "1.", "1.x", "1.20.", "1.20.x", "1.9999", "latest"}) {
    EXPECT_THAT(kubernetes_said("version: " + std::string(version)), HasSubstr("no version of Kubernetes")) << version;
  }
}

TEST(ReadKubernetes, TakesChancesThatTheApiServerTakes) {
  EXPECT_EQ(kubernetes_with("  kubernetes: {goawayChance: 0}\n").goaway_per_million, 0U);
  EXPECT_EQ(kubernetes_with("  kubernetes: {goawayChance: 0.000001}\n").goaway_per_million, 1U);
  for (const char* chance : {"0.021", "1", "-0.1", "1e-3", ".5", "0.", "0.0000001", "a"}) {
    EXPECT_THAT(kubernetes_said("goawayChance: '" + std::string(chance) + "'"), HasSubstr("no such chance")) << chance;
  }
}

TEST(ReadKubernetes, RefusesWhatAUnitWouldTakeForItsOwn) {
  EXPECT_THAT(kubernetes_said("binaries: '/opt/a b'"), HasSubstr("choose a plainer path"));
  EXPECT_THAT(kubernetes_said("resolvConf: '/etc/$(id)'"), HasSubstr("choose a plainer path"));
  EXPECT_THAT(kubernetes_said("shutdownDelay: 11m"), HasSubstr("too long"));
  EXPECT_THAT(kubernetes_said("serviceAccountIssuer: 'http://a'"), HasSubstr("no issuer"));
  EXPECT_THAT(kubernetes_said("serviceAccountIssuer: 'https://a\"; id'"), HasSubstr("no issuer"));
  EXPECT_THAT(kubernetes_said("containerRuntime: {endpoint: 'tcp://10.0.0.1'}"), HasSubstr("no endpoint"));
  EXPECT_THAT(kubernetes_said("containerRuntime: {endpoint: 'unix:///run/%i'}"), HasSubstr("choose a plainer path"));
  EXPECT_THAT(kubernetes_said("extraArgs: {etcd: ['a']}"), HasSubstr("etcd[0]: 'a' is no flag"));
  EXPECT_THAT(kubernetes_said("extraArgs: {etcd: ['--v 4']}"), HasSubstr("is no flag"));
  EXPECT_THAT(kubernetes_said("extraArgs: {kubelet: ['---v=4']}"), HasSubstr("is no flag"));
  EXPECT_THAT(kubernetes_said("extraArgs: {kubelet: [\"--v=4\\nx\"]}"), HasSubstr("printable"));
  EXPECT_THAT(kubernetes_said("extraArgs: {kubeapi: [--v=4]}"), HasSubstr("unknown key 'kubeapi'"));
}

}  // namespace
}  // namespace cluster
