#include "pki/plan/plan_issue.h"

#include <gmock/gmock.h>

#include "tests/unit/pki/plan/sample_inventory.h"

namespace pki::plan {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

class PlanIssueTest : public testing::Test {
 protected:
  [[nodiscard]] PlannedSteps issue(const char* name, Loss loss = Loss::kRefuse) const {
    return plan_issue(spec_, inventory_, {kNow, {}}, resolve(spec_, name).value(), loss);
  }
  [[nodiscard]] std::vector<std::string> made(const char* name, Loss loss = Loss::kRefuse) const {
    return issue(name, loss).value().changed_files();
  }
  [[nodiscard]] std::string refusal(const char* name) const {
    const auto planned = issue(name);
    return planned ? "" : planned.error().front().file + ": " + planned.error().front().message;
  }

  PkiSpec spec_ = sample_spec();
  Inventory inventory_ = sound_inventory(spec_);
};

TEST_F(PlanIssueTest, MakesOneWithItsKeyAndItsKubeconfigs) {
  inventory_.pairs.erase("worker-0");
  inventory_.pairs.erase("admin");
  inventory_.kubeconfigs.erase("worker-0.kubeconfig");
  EXPECT_THAT(made("worker-0"), ElementsAre("worker-0-key.pem", "worker-0.pem", "worker-0.kubeconfig"));
  inventory_.kubeconfigs.erase("admin-remote.kubeconfig");
  EXPECT_THAT(made("admin.pem"),
              ElementsAre("admin-key.pem", "admin.pem", "admin.kubeconfig", "admin-remote.kubeconfig"));
}

TEST_F(PlanIssueTest, MakesALoneKubeconfigOrEncryptionConfig) {
  inventory_.kubeconfigs.erase("admin-remote.kubeconfig");
  EXPECT_THAT(made("admin-remote.kubeconfig"), ElementsAre("admin-remote.kubeconfig"));
  inventory_ = {};
  EXPECT_THAT(made("encryption-config"), ElementsAre("encryption-config.yaml"));
}

TEST_F(PlanIssueTest, ReplacesNothing) {
  EXPECT_EQ(refusal("admin"), "admin.pem: it is there already; `keepstate-pki renew admin` replaces it");
  EXPECT_EQ(refusal("ca"), "ca.pem: it is there already; rotate-ca replaces it in stages");
  EXPECT_THAT(refusal("admin.kubeconfig"), HasSubstr("it is there already"));
  EXPECT_THAT(refusal("encryption-config"), HasSubstr("rotate-encryption-key changes its keys"));
}

TEST_F(PlanIssueTest, MakesWhatIsLostOnlyWhereTheLossIsAccepted) {
  inventory_.encryption.reset();
  EXPECT_THAT(refusal("encryption-config"), HasSubstr("it is missing while other files of the cluster are there"));
  EXPECT_THAT(made("encryption-config", Loss::kAccept), ElementsAre("encryption-config.yaml"));
  inventory_.pairs.erase("service-account");
  EXPECT_THAT(refusal("service-account"), HasSubstr("no other key stands for the tokens"));
  EXPECT_THAT(made("service-account", Loss::kAccept), ElementsAre("service-account-key.pem", "service-account.pem"));
}

TEST_F(PlanIssueTest, MakesBothHalvesOfASignerAnewWhereOneIsLost) {
  auto& pair = inventory_.pairs.at("service-account");
  EXPECT_THAT(issue("service-account", Loss::kAccept).error().front().message, HasSubstr("it is there already"));
  pair.has_key = false;
  EXPECT_THAT(refusal("service-account"), HasSubstr("let `keepstate-pki issue service-account --anew` make both anew"));
  EXPECT_THAT(made("service-account", Loss::kAccept), ElementsAre("service-account-key.pem", "service-account.pem"));
  pair = sound_inventory(spec_).pairs.at("service-account");
  pair.key_matches = false;
  EXPECT_THAT(made("service-account", Loss::kAccept), ElementsAre("service-account-key.pem", "service-account.pem"));
  pair.key_matches = true;
  EXPECT_THAT(issue("admin", Loss::kAccept).error().front().message, HasSubstr("it is there already"));
  EXPECT_FALSE(can_be_lost(resolve(spec_, "admin").value()));
}

TEST_F(PlanIssueTest, NeedsTheAuthority) {
  inventory_.pairs.erase("worker-0");
  inventory_.pairs.at("ca").has_key = false;
  EXPECT_THAT(refusal("worker-0"), HasSubstr("ca.pem: the authority that shall sign is not whole"));
  inventory_.pairs.at("ca") = {true, inventory_.pair("ca").certificate, true, true, std::nullopt};
  inventory_.pairs.at("ca").certificate->not_after = kNow - std::chrono::days(1);
  EXPECT_THAT(refusal("worker-0"), HasSubstr("ca.pem: it ended on"));
  inventory_ = {};
  EXPECT_THAT(made("ca"), ElementsAre("ca-key.pem", "ca.pem"));
}

TEST_F(PlanIssueTest, MakesNoKubeconfigOfNothing) {
  inventory_.kubeconfigs.clear();
  inventory_.pairs.at("worker-0").has_key = false;
  EXPECT_THAT(refusal("worker-0.kubeconfig"), HasSubstr("`keepstate-pki issue worker-0` makes it"));
}

}  // namespace
}  // namespace pki::plan
