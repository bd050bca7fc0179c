#include "pki/plan/roll_out.h"

#include <gmock/gmock.h>

#include "tests/unit/pki/plan/sample_inventory.h"

namespace pki::plan {
namespace {

TEST(RollOut, SaysWhereEachFileGoesAndWhatIsToBeRestarted) {
  const PkiSpec spec = sample_spec();
  EXPECT_EQ(roll_out_text({"kubernetes.pem", "worker-0.kubeconfig"}, spec),
            "bring the files to their machines, then restart there:\n"
            "  controller-0  etcd, kube-apiserver\n"
            "  controller-1  etcd, kube-apiserver\n"
            "  worker-0      kubelet\n");
  EXPECT_EQ(roll_out_text({"admin.pem", "admin.kubeconfig", "admin-remote.kubeconfig"}, spec),
            "bring admin.kubeconfig to controller-0, controller-1, where nothing is to be restarted for it\n"
            "hand out where it is used: admin-remote.kubeconfig\n");
}

TEST(RollOut, SaysNothingOfWhatStays) {
  EXPECT_EQ(roll_out_text({}, sample_spec()), "");
  EXPECT_EQ(roll_out_text({"kube-proxy-key.pem"}, sample_spec()), "");
}

}  // namespace
}  // namespace pki::plan
