#include "pki/output/bundle.h"

#include <gmock/gmock.h>

#include "lib/base/subprocess.h"
#include "tests/support/folder_state.h"
#include "tests/support/temporary_folder.h"
#include "tests/unit/pki/sample_cluster.h"

namespace pki::output {
namespace {

using testing::ElementsAre;
using tests::support::put;

TEST(Bundle, PutsFilesWhereTheHardWayDoes) {
  EXPECT_THAT(places_for("ca.pem", "controller-0", {"etcd", "kube-apiserver"}),
              ElementsAre(BundleFile{"ca.pem", "/etc/etcd/ca.pem", 0644, {"etcd"}},
                          BundleFile{"ca.pem", "/var/lib/kubernetes/ca.pem", 0644, {"kube-apiserver"}}));
  EXPECT_THAT(places_for("kubernetes-key.pem", "controller-0", {"etcd"}),
              ElementsAre(BundleFile{"kubernetes-key.pem", "/etc/etcd/kubernetes-key.pem", 0600, {"etcd"}}));
  EXPECT_THAT(places_for("admin.kubeconfig", "controller-0", {}),
              ElementsAre(BundleFile{"admin.kubeconfig", "/var/lib/kubernetes/admin.kubeconfig", 0600, {}}));
  EXPECT_THAT(places_for("worker-0-key.pem", "worker-0", {"kubelet"}),
              ElementsAre(BundleFile{"worker-0-key.pem", "/var/lib/kubelet/worker-0-key.pem", 0600, {"kubelet"}}));
  EXPECT_THAT(places_for("worker-0.kubeconfig", "worker-0", {"kubelet"}),
              ElementsAre(BundleFile{"worker-0.kubeconfig", "/var/lib/kubelet/kubeconfig", 0600, {"kubelet"}}));
  EXPECT_THAT(places_for("kube-proxy.kubeconfig", "worker-0", {"kube-proxy"}),
              ElementsAre(BundleFile{"kube-proxy.kubeconfig", "/var/lib/kube-proxy/kubeconfig", 0600, {"kube-proxy"}}));
}

class BundleTarTest : public testing::Test {
 protected:
  BundleTarTest() {
    for (const char* file : {"ca.pem", "admin.kubeconfig"}) {
      contents_[file] = crypto::SecretText(std::string("content of ") + file + "\n");
      for (auto& place : places_for(file, "controller-0", {})) files_.push_back(std::move(place));
    }
  }
  [[nodiscard]] std::string tar() const {
    const auto tar = bundle_tar("controller-0", files_, contents_, kNow);
    EXPECT_TRUE(tar) << tar.error().message;
    return std::string(tar->view());
  }

  tests::support::TemporaryFolder scratch_;
  std::vector<BundleFile> files_;
  std::map<std::string, crypto::SecretText> contents_;
};

TEST_F(BundleTarTest, HoldsTheFilesUnderTheirPlacesAndEndsInTheScript) {
  put(scratch_.path() / "b.tar", tar());
  const auto listed = base::run_captured({"tar", "-tf", (scratch_.path() / "b.tar").string()});
  ASSERT_TRUE(listed && listed->status.ok());
  EXPECT_EQ(listed->out,
            "controller-0-pki/\ncontroller-0-pki/files/\ncontroller-0-pki/files/var/\ncontroller-0-pki/files/var/lib/\n"
            "controller-0-pki/files/var/lib/kubernetes/\ncontroller-0-pki/files/var/lib/kubernetes/ca.pem\n"
            "controller-0-pki/files/var/lib/kubernetes/admin.kubeconfig\ncontroller-0-pki/install.sh\n");
}

TEST_F(BundleTarTest, IsTheSameEachTime) {
  EXPECT_EQ(tar(), tar());
}

}  // namespace
}  // namespace pki::output
