#include "pki/plan/server_names.h"

#include <gmock/gmock.h>

#include "tests/unit/pki/sample_cluster.h"

namespace pki::plan {
namespace {

using testing::HasSubstr;

std::string why(const ServerNames& names, const std::string& name) {
  for (const auto& reason : names.reasons) {
    if (reason.name == name) return reason.why;
  }
  return "";
}

TEST(ServerNames, SayWhereEachComesFrom) {
  const auto names = api_server_names(sample_cluster());
  EXPECT_THAT(why(names, "10.10.0.1"), HasSubstr("spec.loadBalancer.vip"));
  EXPECT_THAT(why(names, "10.10.0.12"), HasSubstr("the address of controller-1"));
  EXPECT_THAT(why(names, "10.32.0.1"), HasSubstr("spec.networking.serviceSubnet"));
  EXPECT_THAT(why(names, "kubernetes.something.local"), HasSubstr("spec.controlPlaneEndpoint"));
  EXPECT_THAT(why(names, "kubernetes.default.svc.cluster.local"), HasSubstr("spec.networking.dnsDomain"));
  EXPECT_EQ(names.reasons.size(), names.names.size());
}

TEST(ServerNames, AWorkerAnswersToNameAndAddress) {
  const auto names = kubelet_names(sample_cluster(), sample_cluster().machines[2]);
  EXPECT_EQ(names.names.dns, (std::vector<std::string>{"worker-0", "worker-0.something.local"}));
  EXPECT_THAT(why(names, "10.10.0.21"), HasSubstr("spec.machines"));
}

TEST(ServerNames, TheServiceGetsTheFirstAddress) {
  EXPECT_EQ(service_address(*sample_cluster().networking).value().to_string(), "10.32.0.1");
}

}  // namespace
}  // namespace pki::plan
