#include "pki/plan/plan_renew.h"

#include <gmock/gmock.h>

#include "tests/unit/pki/plan/sample_inventory.h"

namespace pki::plan {
namespace {

using testing::AllOf;
using testing::ElementsAre;
using testing::Field;
using testing::HasSubstr;
using testing::IsEmpty;

class PlanRenewTest : public testing::Test {
 protected:
  [[nodiscard]] PlannedSteps renew(const std::vector<const char*>& names, KeyWish key = KeyWish::kKeep,
                                   std::chrono::days within = {}) const {
    RenewRequest request{{}, key};
    for (const char* name : names) request.targets.push_back(resolve(spec_, name).value());
    return plan_renew(spec_, inventory_, {kNow, within}, request);
  }
  [[nodiscard]] std::vector<std::string> renewed(const std::vector<const char*>& names,
                                                 KeyWish key = KeyWish::kKeep) const {
    return renew(names, key).value().changed_files();
  }
  [[nodiscard]] Problems problems(const std::vector<const char*>& names, KeyWish key = KeyWish::kKeep) const {
    const auto planned = renew(names, key);
    return planned ? Problems{} : planned.error();
  }
  PresentPair& pair(const char* name) { return inventory_.pairs.at(name); }

  PkiSpec spec_ = sample_spec();
  Inventory inventory_ = sound_inventory(spec_);
};

auto renewal_problem(const char* file, const char* message) {
  return AllOf(Field(&Problem::file, file), Field(&Problem::message, HasSubstr(message)));
}

TEST_F(PlanRenewTest, DoesNothingWhereNothingIsDue) {
  EXPECT_THAT(renewed({}), IsEmpty());
  inventory_.pairs.erase("worker-0");  // init's
  EXPECT_THAT(renewed({}), IsEmpty());
}

TEST_F(PlanRenewTest, RenewsWhatEndsSoonButNotTheAuthority) {
  pair("ca").certificate->not_after = kNow + std::chrono::days(5);
  pair("worker-0").certificate->not_after = kNow + std::chrono::days(4);
  EXPECT_THAT(renew({}, KeyWish::kKeep, std::chrono::days(5)).value().changed_files(),
              ElementsAre("worker-0.pem", "worker-0.kubeconfig"));
  EXPECT_THAT(renew({}, KeyWish::kNew, std::chrono::days(5)).value().changed_files(),
              ElementsAre("worker-0-key.pem", "worker-0.pem", "worker-0.kubeconfig"));
}

TEST_F(PlanRenewTest, RenewsWhatClusterYamlHasMadeWrong) {
  pair("kubernetes").certificate->names.addresses.clear();
  inventory_.kubeconfigs.at("kube-proxy.kubeconfig").server = "https://old:6443";
  EXPECT_THAT(renewed({}), ElementsAre("kubernetes.pem", "kube-proxy.kubeconfig"));
}

TEST_F(PlanRenewTest, RenewsWhatIsAskedForWhetherItIsDueOrNot) {
  EXPECT_THAT(renewed({"admin"}), ElementsAre("admin.pem", "admin.kubeconfig", "admin-remote.kubeconfig"));
  EXPECT_THAT(renewed({"admin-remote.kubeconfig"}), ElementsAre("admin-remote.kubeconfig"));
  EXPECT_THAT(renewed({"service-account"}), ElementsAre("service-account.pem"));
}

TEST_F(PlanRenewTest, LeavesToRotationWhatMustNotChangeAtOnce) {
  EXPECT_THAT(problems({"ca"}), ElementsAre(renewal_problem("ca.pem", "rotate-ca")));
  EXPECT_THAT(problems({"encryption-config"}),
              ElementsAre(renewal_problem("encryption-config.yaml", "rotate-encryption-key")));
  EXPECT_THAT(problems({"service-account"}, KeyWish::kNew),
              ElementsAre(renewal_problem("service-account.pem", "rotate-service-account-key")));
}

TEST_F(PlanRenewTest, StopsAtForeignKeysUnlessANewOneIsWished) {
  pair("admin").key_matches = false;
  EXPECT_THAT(problems({}), ElementsAre(renewal_problem("admin.pem", "renew --new-key admin")));
  EXPECT_THAT(problems({"admin"}), ElementsAre(renewal_problem("admin.pem", "renew --new-key admin")));
  EXPECT_THAT(renewed({"worker-0"}), ElementsAre("worker-0.pem", "worker-0.kubeconfig"));
  EXPECT_THAT(renewed({"admin"}, KeyWish::kNew),
              ElementsAre("admin-key.pem", "admin.pem", "admin.kubeconfig", "admin-remote.kubeconfig"));
}

TEST_F(PlanRenewTest, StopsAtAnAuthorityThatCannotSign) {
  pair("ca").certificate->not_after = kNow - std::chrono::days(1);
  EXPECT_THAT(problems({"admin"}), ElementsAre(renewal_problem("ca.pem", "it ended on")));
  EXPECT_THAT(renewed({"admin.kubeconfig"}), ElementsAre("admin.kubeconfig")) << "nothing is signed for it";
}

TEST_F(PlanRenewTest, LeavesWhatIsMissingToInit) {
  inventory_.pairs.erase("admin");
  EXPECT_THAT(problems({"admin"}), ElementsAre(renewal_problem("admin.pem", "`keepstate-pki issue admin` makes it")));
  EXPECT_THAT(problems({"admin.kubeconfig"}), ElementsAre(renewal_problem("admin.kubeconfig", "run init")));
}

}  // namespace
}  // namespace pki::plan
