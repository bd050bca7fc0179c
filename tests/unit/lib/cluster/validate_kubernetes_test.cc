#include "lib/cluster/validate_kubernetes.h"

#include <gmock/gmock.h>

#include "tests/unit/lib/cluster/mistakes.h"

namespace cluster {
namespace {

using ::testing::HasSubstr;

std::string kubernetes_rules_said(std::string_view spec) {
  return testing::all_said(testing::file_with_spec(spec));
}

constexpr std::string_view kSmallController =
    "  machines: [{name: c, role: control-plane, address: 10.0.0.1, disk: 4GiB}]\n";

TEST(ValidateKubernetes, KeepsEtcdFromFillingItsDisk) {
  EXPECT_EQ(kubernetes_rules_said("  kubernetes: {etcd: {quota: 3GiB}}\n" + std::string(kSmallController)),
            "4:30: warning: quota: etcd's database may grow to 3GiB, but machine 'c' has a disk of 4GiB, and an etcd "
            "that fills its disk takes the cluster with it; write 2GiB at most, or give the machine a larger disk\n");
  EXPECT_EQ(kubernetes_rules_said("  kubernetes: {etcd: {quota: 2GiB}}\n" + std::string(kSmallController)), "");
  EXPECT_EQ(kubernetes_rules_said(kSmallController), "");
}

std::string with_listener(std::string_view kubernetes, std::string_view check) {
  return fmt::format(
      "{}  controlPlaneEndpoint: kubernetes.home.arpa:6443\n"
      "  machines: [{{name: c, role: control-plane, address: 10.0.0.1}}]\n"
      "  loadBalancer:\n    vip: 10.0.0.9\n    listeners:\n      - name: api\n        healthCheck: {}\n",
      kubernetes, check);
}

TEST(ValidateKubernetes, HasTheApiServerWaitForTheBalancerToSee) {
  constexpr std::string_view kCheck = "{type: https, insecure: true, interval: 4s, fastInterval: 1s, fall: 3}";
  EXPECT_THAT(kubernetes_rules_said(with_listener("  kubernetes: {shutdownDelay: 5s}\n", kCheck)),
              HasSubstr("4:31: warning: shutdownDelay: kube-apiserver closes its port 5s after its /readyz went red, "
                        "but listener 'api' needs up to 6s400ms to see that"));
  EXPECT_EQ(kubernetes_rules_said(with_listener("  kubernetes: {shutdownDelay: 7s}\n", kCheck)), "");
  EXPECT_THAT(kubernetes_rules_said(with_listener("", "{type: https, insecure: true, interval: 10s}")),
              HasSubstr("warning: interval: kube-apiserver closes its port 10s"));
  EXPECT_EQ(kubernetes_rules_said(with_listener("", "{type: tcp, interval: 10s}")), "");
}

TEST(ValidateKubernetes, WantsToKnowWhereAnotherRuntimeAnswers) {
  EXPECT_THAT(kubernetes_rules_said("  kubernetes: {containerRuntime: {type: other}}\n"), HasSubstr("needs endpoint"));
  EXPECT_EQ(kubernetes_rules_said("  kubernetes: {containerRuntime: {type: other, endpoint: 'unix:///a'}}\n"), "");
  EXPECT_THAT(kubernetes_rules_said(
                  "  kubernetes: {containerRuntime: {type: other, endpoint: 'unix:///a', program: /usr/bin/b}}\n"),
              HasSubstr("warning: program: only containerd"));
}

}  // namespace
}  // namespace cluster
