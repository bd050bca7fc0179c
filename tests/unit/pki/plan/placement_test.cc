#include "pki/plan/placement.h"

#include <gmock/gmock.h>

#include "tests/unit/pki/sample_cluster.h"

namespace pki::plan {
namespace {

using testing::Contains;
using testing::ElementsAre;
using testing::IsEmpty;
using testing::Not;

class PlacementTest : public testing::Test {
 protected:
  [[nodiscard]] std::vector<std::string> files_on(const std::string& machine) const {
    std::vector<std::string> files;
    for (const auto& placement : placements_) {
      if (placement.machine == machine) files.push_back(placement.file);
    }
    return files;
  }

  std::vector<Placement> placements_ = placements_of(sample_cluster());
};

TEST_F(PlacementTest, AControllerGetsWhatTheControlPlaneReads) {
  EXPECT_THAT(files_on("controller-1"),
              ElementsAre("ca.pem", "ca-key.pem", "ca-signing.pem", "kubernetes.pem", "kubernetes-key.pem",
                          "service-account.pem", "service-account-key.pem", "kube-controller-manager.kubeconfig",
                          "kube-scheduler.kubeconfig", "admin.kubeconfig", "encryption-config.yaml"));
}

TEST_F(PlacementTest, AWorkerGetsItsOwnAndNoOnesElse) {
  EXPECT_THAT(files_on("worker-0"), ElementsAre("ca.pem", "worker-0.pem", "worker-0-key.pem", "worker-0.kubeconfig",
                                                "kube-proxy.kubeconfig"));
}

TEST_F(PlacementTest, RestartsWhoReadsTheFileEachOnce) {
  EXPECT_THAT(restarts_for({"kubernetes.pem", "kubernetes-key.pem"}, placements_),
              ElementsAre(Restart{"controller-0", {"etcd", "kube-apiserver"}},
                          Restart{"controller-1", {"etcd", "kube-apiserver"}}));
  EXPECT_THAT(restarts_for({"kube-proxy.kubeconfig", "worker-0.pem"}, placements_),
              ElementsAre(Restart{"worker-0", {"kubelet", "kube-proxy"}}));
  EXPECT_THAT(restarts_for({"ca.pem"}, placements_),
              ElementsAre(Restart{"controller-0", {"etcd", "kube-apiserver", "kube-controller-manager"}},
                          Restart{"controller-1", {"etcd", "kube-apiserver", "kube-controller-manager"}},
                          Restart{"worker-0", {"kubelet"}}));
}

TEST_F(PlacementTest, RestartsNobodyForWhatIsReadAnew) {
  EXPECT_THAT(restarts_for({"admin.kubeconfig"}, placements_), IsEmpty());
  EXPECT_THAT(carriers_of({"admin.kubeconfig"}, placements_), ElementsAre("controller-0", "controller-1"));
  EXPECT_THAT(carriers_of({"admin.pem", "admin-remote.kubeconfig"}, placements_), IsEmpty());
}

}  // namespace
}  // namespace pki::plan
