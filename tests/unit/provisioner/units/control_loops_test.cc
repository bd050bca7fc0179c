#include "provisioner/units/control_loops.h"

#include <gmock/gmock.h>

#include "tests/unit/provisioner/units/sample_units.h"

namespace provisioner::units {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

std::string controllers_text(const cluster::Cluster& cluster) {
  return text_of(controllers_unit(cluster, controller_of(cluster)).files,
                 "/etc/systemd/system/kube-controller-manager.service");
}

std::string scheduler_text(unsigned minor, std::string_view path) {
  const cluster::Cluster cluster = units_cluster(minor);
  return text_of(scheduler_unit(cluster, controller_of(cluster)).files, path);
}

TEST(ControllersUnit, KnowsTheClustersNetworksAndName) {
  const std::string text = controllers_text(units_cluster());
  for (const char* flag :
       {"--cluster-cidr=10.100.0.0/16", "--cluster-name=hard-way", "--service-cluster-ip-range=10.32.0.0/24",
        "--root-ca-file=/var/lib/kubernetes/ca.pem", "--cluster-signing-key-file=/var/lib/kubernetes/ca-key.pem"}) {
    EXPECT_THAT(text, HasSubstr("  " + std::string(flag) + " \\\n")) << flag;
  }
}

TEST(ControlLoops, ServeNoPlainHttpToOthers) {
  constexpr std::string_view kConfig = "/etc/kubernetes/config/kube-scheduler.yaml";
  EXPECT_THAT(controllers_text(units_cluster(20)), HasSubstr("  --port=0 \\\n"));
  EXPECT_THAT(controllers_text(units_cluster(22)), HasSubstr("  --port=0 \\\n"));
  EXPECT_THAT(controllers_text(units_cluster(23)), Not(HasSubstr("--port")));
  EXPECT_THAT(scheduler_text(21, kConfig), HasSubstr("\nhealthzBindAddress: 127.0.0.1:10251\nmetricsBindAddress: "
                                                     "127.0.0.1:10251\n"));
  EXPECT_THAT(scheduler_text(22, kConfig), Not(HasSubstr("BindAddress")));
}

TEST(SchedulerUnit, IsConfiguredInTheWordsOfItsVersion) {
  constexpr std::string_view kConfig = "/etc/kubernetes/config/kube-scheduler.yaml";
  EXPECT_THAT(scheduler_text(20, kConfig), HasSubstr("apiVersion: kubescheduler.config.k8s.io/v1beta1\n"));
  EXPECT_THAT(scheduler_text(21, kConfig), HasSubstr("/v1beta1\n"));
  EXPECT_THAT(scheduler_text(22, kConfig), HasSubstr("/v1beta2\n"));
  EXPECT_THAT(scheduler_text(24, kConfig), HasSubstr("/v1beta2\n"));
  EXPECT_THAT(scheduler_text(25, kConfig), HasSubstr("/v1\n"));
  EXPECT_THAT(scheduler_text(34, kConfig), HasSubstr("/v1\n"));
}

}  // namespace
}  // namespace provisioner::units
