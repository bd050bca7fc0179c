#include "pki/plan/names.h"

#include <gmock/gmock.h>

#include "tests/unit/pki/plan/sample_inventory.h"

namespace pki::plan {
namespace {

using testing::HasSubstr;

TEST(Names, AreTakenInEveryForm) {
  const auto spec = sample_spec();
  for (const char* name :
       {"worker-0", "worker-0.pem", "worker-0-key.pem", "pki/worker-0.pem", "/etc/pki/worker-0-key.pem"}) {
    const auto target = resolve(spec, name).value();
    EXPECT_EQ(target.kind, TargetKind::kCertificate) << name;
    EXPECT_EQ(target.name, "worker-0");
    EXPECT_EQ(target.file, "worker-0.pem");
  }
  const auto kubeconfig = resolve(spec, "pki/admin-remote.kubeconfig").value();
  EXPECT_EQ(kubeconfig.kind, TargetKind::kKubeconfig);
  EXPECT_EQ(kubeconfig.name, "admin");
  EXPECT_EQ(kubeconfig.file, "admin-remote.kubeconfig");
  for (const char* name : {"encryption-config", "encryption-config.yaml", "pki/encryption-config.yaml"}) {
    EXPECT_EQ(resolve(spec, name).value().kind, TargetKind::kEncryptionConfig) << name;
  }
}

TEST(Names, GuessWhatAMisspeltOneWas) {
  const auto spec = sample_spec();
  EXPECT_EQ(resolve(spec, "kubernets").error().message,
            "'kubernets' is nothing that this cluster.yaml asks for (did you mean 'kubernetes'?)");
  EXPECT_THAT(resolve(spec, "worker-0.kubeconfg").error().message, HasSubstr("did you mean 'worker-0.kubeconfig'?"));
  EXPECT_THAT(resolve(spec, "nonsense").error().message,
              HasSubstr("; the names are ca, kubernetes, admin, kube-controller-manager, kube-scheduler, kube-proxy, "
                        "service-account, worker-0"));
}

}  // namespace
}  // namespace pki::plan
