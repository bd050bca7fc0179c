#include "lib/cluster/machine_files.h"

#include <gmock/gmock.h>

#include <algorithm>
#include <set>

namespace cluster {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

const Machine kController{.name = "controller-0", .role = Role::kControlPlane, .address = {}, .pod_cidr = {}};
const Machine kWorkerMachine{.name = "worker-0", .role = Role::kWorker, .address = {}, .pod_cidr = {}};

std::vector<std::string> paths_on(const Machine& machine) {
  std::vector<std::string> paths;
  for (const auto& placed : placed_files(machine)) paths.push_back(placed.path);
  return paths;
}

TEST(MachineFiles, LieOnAControllerWhereTheHardWayPutsThem) {
  EXPECT_THAT(paths_on(kController),
              ElementsAre("/etc/etcd/ca.pem", "/var/lib/kubernetes/ca.pem", "/var/lib/kubernetes/ca-key.pem",
                          "/var/lib/kubernetes/ca-signing.pem", "/etc/etcd/kubernetes.pem",
                          "/var/lib/kubernetes/kubernetes.pem", "/etc/etcd/kubernetes-key.pem",
                          "/var/lib/kubernetes/kubernetes-key.pem", "/var/lib/kubernetes/service-account.pem",
                          "/var/lib/kubernetes/service-account-key.pem",
                          "/var/lib/kubernetes/kube-controller-manager.kubeconfig",
                          "/var/lib/kubernetes/kube-scheduler.kubeconfig", "/var/lib/kubernetes/admin.kubeconfig",
                          "/var/lib/kubernetes/encryption-config.yaml"));
}

TEST(MachineFiles, LieOnAWorkerWhereTheHardWayPutsThem) {
  EXPECT_THAT(paths_on(kWorkerMachine), ElementsAre("/var/lib/kubernetes/ca.pem", "/var/lib/kubelet/worker-0.pem",
                                                    "/var/lib/kubelet/worker-0-key.pem", "/var/lib/kubelet/kubeconfig",
                                                    "/var/lib/kube-proxy/kubeconfig"));
}

TEST(MachineFiles, GiveEachPlaceThoseWhoReadItThere) {
  EXPECT_THAT(places_of({"ca.pem", {"etcd", "kube-apiserver"}}, "controller-0"),
              ElementsAre(PlacedFile{"ca.pem", "/etc/etcd/ca.pem", {"etcd"}},
                          PlacedFile{"ca.pem", "/var/lib/kubernetes/ca.pem", {"kube-apiserver"}}));
  EXPECT_THAT(places_of({"kubernetes.pem", {"etcd"}}, "controller-0"),
              ElementsAre(PlacedFile{"kubernetes.pem", "/etc/etcd/kubernetes.pem", {"etcd"}}));
  EXPECT_THAT(places_of({"admin.kubeconfig", {}}, "controller-0").at(0).units, IsEmpty());
}

TEST(MachineFiles, AreFoundByWhoReadsThem) {
  EXPECT_EQ(path_for(kController, "ca.pem", "etcd"), "/etc/etcd/ca.pem");
  EXPECT_EQ(path_for(kController, "ca.pem", "kube-apiserver"), "/var/lib/kubernetes/ca.pem");
  EXPECT_EQ(path_for(kWorkerMachine, "worker-0.kubeconfig", "kubelet"), "/var/lib/kubelet/kubeconfig");
}

TEST(MachineFiles, NameOnlyUnitsThatHaveATurn) {
  for (const Machine& machine : {kController, kWorkerMachine}) {
    for (const auto& carried : carried_files(machine)) {
      for (const auto& unit : carried.units) {
        EXPECT_NE(std::find(kProgramNames.begin(), kProgramNames.end(), unit), kProgramNames.end()) << unit;
      }
    }
  }
}

}  // namespace
}  // namespace cluster
