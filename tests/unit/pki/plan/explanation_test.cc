#include "pki/plan/explanation.h"

#include <gmock/gmock.h>

#include "tests/unit/pki/plan/sample_inventory.h"

namespace pki::plan {
namespace {

using testing::AllOf;
using testing::HasSubstr;
using testing::Not;

std::string explained(const char* name) {
  const auto spec = sample_spec();
  return explain(spec, resolve(spec, name).value());
}

TEST(Explanation, TellsWhyEachNameOfTheServerIsThere) {
  const auto spec = sample_spec();
  const std::string text = explained("kubernetes.pem");
  for (const auto& reason : spec.find_certificate("kubernetes")->name_reasons) {
    EXPECT_THAT(text, HasSubstr("  " + reason.name + "\n     " + reason.why + "\n"));
  }
  EXPECT_THAT(text,
              AllOf(HasSubstr("lab 07 (etcd) and lab 08"), HasSubstr("system:kube-apiserver-to-kubelet"),
                    HasSubstr("goes to controller-0 (etcd, kube-apiserver), controller-1 (etcd, kube-apiserver)")));
}

TEST(Explanation, TellsUserAndGroupOfEachComponent) {
  EXPECT_THAT(explained("admin"), AllOf(HasSubstr("O system:masters"), HasSubstr("lab 05"), HasSubstr("stays here")));
  EXPECT_THAT(explained("worker-0"), AllOf(HasSubstr("CN system:node:worker-0"), HasSubstr("the Node authorizer"),
                                           HasSubstr("lab 09"), HasSubstr("goes to worker-0 (kubelet)")));
  EXPECT_THAT(explained("ca"), HasSubstr("ca-key.pem goes to controller-0 (kube-controller-manager)"));
  EXPECT_THAT(explained("service-account"), HasSubstr("signs tokens (JWT)"));
  const auto whole = sample_spec();
  for (const auto& spec : whole.certificates) {
    EXPECT_THAT(explained(spec.name.c_str()),
                AllOf(HasSubstr("Kubernetes the Hard Way: lab 04"), Not(HasSubstr("\n  \n"))));
  }
}

TEST(Explanation, TellsOfKubeconfigsAndEncryption) {
  EXPECT_THAT(explained("admin.kubeconfig"), AllOf(HasSubstr("lab 05"), HasSubstr("https://127.0.0.1:6443\n")));
  EXPECT_THAT(explained("admin-remote.kubeconfig"), AllOf(HasSubstr("lab 10"), HasSubstr("https://10.10.0.1:6443\n")));
  EXPECT_THAT(explained("encryption-config"), AllOf(HasSubstr("lab 06"), HasSubstr("(secretbox)")));
}

}  // namespace
}  // namespace pki::plan
