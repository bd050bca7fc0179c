#include "pki/plan/steps.h"

#include <gmock/gmock.h>

#include "tests/unit/pki/plan/sample_inventory.h"

namespace pki::plan {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

class StepsTest : public testing::Test {
 protected:
  PkiSpec spec_ = sample_spec();
  Inventory inventory_ = sound_inventory(spec_);
  Steps steps_ = keep_all(spec_);
};

TEST_F(StepsTest, KeepsAllAtFirst) {
  EXPECT_THAT(steps_.changed_files(), IsEmpty());
  EXPECT_FALSE(steps_.signs());
  EXPECT_EQ(steps_.certificates.size(), spec_.certificates.size());
  EXPECT_EQ(steps_.kubeconfigs.size(), spec_.kubeconfigs.size());
}

TEST_F(StepsTest, MakesWhatIsMissingAndNothingElse) {
  make_missing(inventory_, *find_step(steps_, "admin"));
  EXPECT_THAT(steps_.changed_files(), IsEmpty());
  inventory_.pairs.at("admin").certificate.reset();
  make_missing(inventory_, *find_step(steps_, "admin"));
  EXPECT_THAT(steps_.changed_files(), ElementsAre("admin.pem"));
  inventory_.pairs.erase("admin");
  make_missing(inventory_, *find_step(steps_, "admin"));
  EXPECT_THAT(steps_.changed_files(), ElementsAre("admin-key.pem", "admin.pem"));
}

TEST_F(StepsTest, RenewsForTheKeyOrForANewOne) {
  CertificateStep& admin = *find_step(steps_, "admin");
  renew(inventory_, KeyWish::kKeep, admin);
  EXPECT_EQ(admin.certificate, Action::kReplace);
  EXPECT_EQ(admin.key, Action::kKeep);
  renew(inventory_, KeyWish::kNew, admin);
  EXPECT_EQ(admin.key, Action::kReplace);
  CertificateStep& tokens = *find_step(steps_, "service-account");
  renew(inventory_, KeyWish::kNew, tokens);
  EXPECT_EQ(tokens.key, Action::kKeep) << "every token would be worthless";
}

TEST_F(StepsTest, KubeconfigsFollowWhatTheyEmbed) {
  renew(inventory_, KeyWish::kKeep, *find_step(steps_, "admin"));
  inventory_.kubeconfigs.erase("admin-remote.kubeconfig");
  follow_changes(inventory_, steps_);
  EXPECT_THAT(steps_.changed_files(), ElementsAre("admin.pem", "admin.kubeconfig", "admin-remote.kubeconfig"));
  EXPECT_EQ(steps_.kubeconfigs[0].file, Action::kReplace);
  EXPECT_EQ(steps_.kubeconfigs[1].file, Action::kMake);
}

TEST_F(StepsTest, AllKubeconfigsFollowTheAuthority) {
  find_step(steps_, "ca")->certificate = Action::kMake;
  follow_changes(inventory_, steps_);
  EXPECT_EQ(steps_.changed_files().size(), 1 + spec_.kubeconfigs.size());
  EXPECT_EQ(find_step(steps_, "nobody"), nullptr);
}

}  // namespace
}  // namespace pki::plan
