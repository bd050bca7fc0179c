#include "provisioner/units/api_server.h"

#include <gmock/gmock.h>

#include "tests/unit/provisioner/units/sample_units.h"

namespace provisioner::units {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

std::string api_server_file(const cluster::Cluster& cluster) {
  return text_of(api_server_unit(cluster, controller_of(cluster)).files, "/etc/systemd/system/kube-apiserver.service");
}

TEST(ApiServerUnit, ReadsItsOwnMemberAndThePkisFiles) {
  const std::string text = api_server_file(units_cluster());
  for (const char* flag :
       {"--advertise-address=10.10.0.11", "--etcd-servers=https://127.0.0.1:2379", "--authorization-mode=Node,RBAC",
        "--enable-admission-plugins=NodeRestriction", "--service-cluster-ip-range=10.32.0.0/24",
        "--encryption-provider-config=/var/lib/kubernetes/encryption-config.yaml", "--secure-port=6443",
        "--service-account-issuer=https://kubernetes.default.svc.cluster.local",
        "--service-account-signing-key-file=/var/lib/kubernetes/service-account-key.pem",
        "--service-account-key-file=/var/lib/kubernetes/service-account.pem", "--audit-log-path=/var/log/audit.log",
        "--audit-policy-file=/etc/kubernetes/config/audit-policy.yaml", "--shutdown-delay-duration=10s"}) {
    EXPECT_THAT(text, HasSubstr("  " + std::string(flag) + " \\\n")) << flag;
  }
}

TEST(ApiServerUnit, SendsClientsElsewhereOnlyWhereThereIsAnElsewhere) {
  cluster::Cluster cluster = units_cluster();
  EXPECT_THAT(api_server_file(cluster), HasSubstr("--goaway-chance=0.001 "));
  cluster.kubernetes.goaway_per_million = 20'000;
  EXPECT_THAT(api_server_file(cluster), HasSubstr("--goaway-chance=0.02 "));
  cluster.kubernetes.goaway_per_million = std::nullopt;
  cluster.machines.erase(cluster.machines.begin() + 1, cluster.machines.begin() + 3);
  EXPECT_THAT(api_server_file(cluster), HasSubstr("--goaway-chance=0 "));
}

TEST(ApiServerUnit, GivesAnEndItsTime) {
  cluster::Cluster cluster = units_cluster();
  EXPECT_THAT(api_server_file(cluster), HasSubstr("\nTimeoutStopSec=100\n"));
  cluster.kubernetes.shutdown_delay = std::chrono::milliseconds{60'500};
  EXPECT_THAT(api_server_file(cluster), HasSubstr("--shutdown-delay-duration=1m500ms "));
  EXPECT_THAT(api_server_file(cluster), HasSubstr("\nTimeoutStopSec=151\n"));
}

TEST(ApiServerUnit, ServesWhereTheEndpointSays) {
  cluster::Cluster cluster = units_cluster();
  cluster.control_plane_endpoint->port = 8443;
  EXPECT_THAT(api_server_file(cluster), HasSubstr("--secure-port=8443 "));
  cluster.control_plane_endpoint.reset();
  EXPECT_THAT(api_server_file(cluster), HasSubstr("--secure-port=6443 "));
}

TEST(ApiServerUnit, TakesFurtherFlagsAsTheyAre) {
  cluster::Cluster cluster = units_cluster();
  cluster.kubernetes.extra_args.at(1) = {"--goaway-chance=0.01", "--x=50% of $5"};
  const std::string text = api_server_file(cluster);
  EXPECT_THAT(text, HasSubstr("  --goaway-chance=0.01 \\\n  \"--x=50%% of $$5\"\nRestart="));
  EXPECT_THAT(text, Not(HasSubstr("--goaway-chance=0.001")));
}

}  // namespace
}  // namespace provisioner::units
