#include "pki/plan/plan_init.h"

#include <gmock/gmock.h>

#include "tests/unit/pki/plan/sample_inventory.h"

namespace pki::plan {
namespace {

using testing::AllOf;
using testing::Contains;
using testing::ElementsAre;
using testing::Field;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;

class PlanInitTest : public testing::Test {
 protected:
  [[nodiscard]] std::vector<std::string> made() const {
    return plan_init(spec_, inventory_, {kNow, {}}).value().changed_files();
  }
  [[nodiscard]] Problems problems() const {
    const auto planned = plan_init(spec_, inventory_, {kNow, {}});
    return planned ? Problems{} : planned.error();
  }
  PresentPair& pair(const char* name) { return inventory_.pairs.at(name); }

  PkiSpec spec_ = sample_spec();
  Inventory inventory_ = sound_inventory(spec_);
};

auto problem(const char* file, const char* message) {
  return AllOf(Field(&Problem::file, file), Field(&Problem::message, HasSubstr(message)));
}

TEST_F(PlanInitTest, MakesAllInAnEmptyFolder) {
  inventory_ = {};
  EXPECT_EQ(made(), spec_.files());
}

TEST_F(PlanInitTest, KeepsAWholeSet) {
  EXPECT_THAT(made(), IsEmpty());
}

TEST_F(PlanInitTest, CompletesForTheKeysThatAreThereAndRefreshesTheirKubeconfigs) {
  pair("kubernetes").certificate.reset();
  inventory_.pairs.erase("admin");
  inventory_.kubeconfigs.at("admin.kubeconfig").same_certificate = false;
  EXPECT_THAT(made(), ElementsAre("kubernetes.pem", "admin-key.pem", "admin.pem", "admin.kubeconfig",
                                  "admin-remote.kubeconfig"));
}

TEST_F(PlanInitTest, MakesAMissingKubeconfig) {
  inventory_.kubeconfigs.erase("worker-0.kubeconfig");
  EXPECT_THAT(made(), ElementsAre("worker-0.kubeconfig"));
}

TEST_F(PlanInitTest, MakesNothingAnewThatLosesDataOrTokens) {
  inventory_.encryption.reset();
  inventory_.pairs.erase("service-account");
  EXPECT_THAT(problems(), ElementsAre(problem("service-account.pem", "put both back from where you keep them"),
                                      problem("encryption-config.yaml", "put it back from where you keep it")));
  const auto steps = plan_all(spec_, inventory_, {kNow, {}});
  EXPECT_THAT(steps.changed_files(), IsEmpty());
}

TEST_F(PlanInitTest, AnAuthorityThatWasBroughtAlongIsCompleted) {
  const auto authority = pair("ca");
  inventory_ = {};
  inventory_.pairs["ca"] = authority;
  EXPECT_THAT(made(), AllOf(Contains("service-account-key.pem"), Contains("encryption-config.yaml")));
  EXPECT_THAT(plan_all(spec_, inventory_, {kNow, {}}).changed_files(), Contains("encryption-config.yaml"));
}

TEST_F(PlanInitTest, RefusesWhatIsBrokenAndNamesTheCommandThatMendsIt) {
  pair("admin").certificate->not_after = kNow - std::chrono::seconds(1);
  inventory_.kubeconfigs.at("worker-0.kubeconfig").server = "https://old:6443";
  EXPECT_THAT(problems(), ElementsAre(problem("admin.pem", "`keepstate-pki renew admin` mends that"),
                                      problem("worker-0.kubeconfig", "`keepstate-pki renew worker-0.kubeconfig`")));
}

TEST_F(PlanInitTest, LeavesWhatIsOnlyDueToRenew) {
  pair("kubernetes").certificate->names.dns.emplace_back("old.home.arpa");
  EXPECT_THAT(made(), IsEmpty());
}

TEST_F(PlanInitTest, RefusesWithoutTheAuthoritysKey) {
  pair("ca").has_key = false;
  pair("admin").has_key = false;
  EXPECT_THAT(problems(), ElementsAre(problem("ca-key.pem", "missing while ca.pem is there")));
}

TEST_F(PlanInitTest, PlanTellsWhatInitAndRenewWouldDoTogether) {
  inventory_.pairs.erase("worker-0");
  pair("kubernetes").certificate->names.addresses.clear();
  pair("admin").key_matches = false;
  inventory_.kubeconfigs.at("kube-proxy.kubeconfig").server = "https://old:6443";
  const auto files = plan_all(spec_, inventory_, {kNow, {}}).changed_files();
  EXPECT_THAT(files, ElementsAre("kubernetes.pem", "worker-0-key.pem", "worker-0.pem", "kube-proxy.kubeconfig",
                                 "worker-0.kubeconfig"));
}

TEST_F(PlanInitTest, PlanRenewsWhatEndsSoon) {
  EXPECT_THAT(plan_all(spec_, inventory_, {kNow, std::chrono::days(99)}).changed_files(), IsEmpty());
  const auto files = plan_all(spec_, inventory_, {kNow, std::chrono::days(100)}).changed_files();
  EXPECT_THAT(files, AllOf(Contains("worker-0.pem"), Contains("worker-0.kubeconfig"), Not(Contains("ca.pem")),
                           Not(Contains(HasSubstr("-key.pem")))));
}

}  // namespace
}  // namespace pki::plan
