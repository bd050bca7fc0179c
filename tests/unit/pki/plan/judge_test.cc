#include "pki/plan/judge.h"

#include <gmock/gmock.h>

#include "tests/unit/pki/plan/sample_inventory.h"

namespace pki::plan {
namespace {

using testing::AllOf;
using testing::ElementsAre;
using testing::Field;
using testing::HasSubstr;
using testing::IsEmpty;

auto judged_reason(Cause cause, Weight weight, const char* text) {
  return AllOf(Field(&Reason::cause, cause), Field(&Reason::weight, weight), Field(&Reason::text, HasSubstr(text)));
}

class JudgeTest : public testing::Test {
 protected:
  [[nodiscard]] std::vector<Assessment> all(std::chrono::days within = {}) const {
    return assess(spec_, inventory_, {kNow, within});
  }
  // What is said of one artefact, and that nothing is said of another.
  [[nodiscard]] std::vector<Reason> said_of(const std::string& name) const {
    const auto assessments = all();
    EXPECT_EQ(assessments.size(), 1U);
    if (assessments.empty()) return {};
    EXPECT_EQ(assessments.front().name, name);
    return assessments.front().reasons;
  }

  PkiSpec spec_ = sample_spec();
  Inventory inventory_ = sound_inventory(spec_);
};

TEST_F(JudgeTest, HasNothingToSayOfASoundSet) {
  EXPECT_THAT(all(), IsEmpty());
}

TEST_F(JudgeTest, NamesAllThatIsMissing) {
  inventory_ = {};
  const auto assessments = all();
  ASSERT_EQ(assessments.size(), spec_.certificates.size() + spec_.kubeconfigs.size() + 1);
  for (const auto& assessment : assessments) {
    EXPECT_THAT(assessment.reasons, ElementsAre(judged_reason(Cause::kMissing, Weight::kMake, "it is missing")));
    EXPECT_EQ(assessment.worst(), Weight::kMake);
  }
}

TEST_F(JudgeTest, SaysWhereAKubeconfigIsStale) {
  auto& present = inventory_.kubeconfigs.at("worker-0.kubeconfig");
  present = {"https://10.10.0.9:6443", present.certificate, false, false, false};
  EXPECT_THAT(
      said_of("worker-0.kubeconfig"),
      ElementsAre(judged_reason(Cause::kStale, Weight::kBroken,
                                "it goes to https://10.10.0.9:6443, but cluster.yaml says https://10.10.0.1:6443"),
                  judged_reason(Cause::kStale, Weight::kBroken, "it trusts another authority than ca.pem"),
                  judged_reason(Cause::kStale, Weight::kBroken, "it embeds another certificate than worker-0.pem"),
                  judged_reason(Cause::kStale, Weight::kBroken, "it embeds another key than worker-0-key.pem")));
}

TEST_F(JudgeTest, SaysNothingOfAKubeconfigWhereItsCertificateIsMissing) {
  inventory_.pairs.erase("admin");
  inventory_.kubeconfigs.at("admin.kubeconfig").same_certificate = false;
  inventory_.kubeconfigs.at("admin.kubeconfig").same_key = false;
  EXPECT_THAT(said_of("admin"), ElementsAre(judged_reason(Cause::kMissing, Weight::kMake, "")));
}

TEST_F(JudgeTest, RemarksAnotherProvider) {
  spec_.encryption = cluster::EncryptionProvider::kAescbc;
  EXPECT_THAT(said_of("encryption-config.yaml"),
              ElementsAre(judged_reason(Cause::kProvider, Weight::kRemark,
                                        "it writes by secretbox, but cluster.yaml says aescbc")));
}

TEST_F(JudgeTest, WhatOpensDataOrTokensIsLostWhereOtherFilesAreThere) {
  inventory_.encryption.reset();
  EXPECT_THAT(
      said_of("encryption-config.yaml"),
      ElementsAre(judged_reason(Cause::kLost, Weight::kOperator, "issue encryption-config --anew` make another")));
  inventory_ = sound_inventory(spec_);
  inventory_.pairs.erase("service-account");
  EXPECT_THAT(said_of("service-account"),
              ElementsAre(judged_reason(Cause::kLost, Weight::kOperator,
                                        "it and service-account-key.pem are missing while other files")));
}

TEST_F(JudgeTest, AnAuthorityAloneIsABeginning) {
  inventory_ = {};
  inventory_.pairs["ca"] = sound_inventory(spec_).pairs.at("ca");
  EXPECT_FALSE(has_been_made(inventory_));
  for (const auto& assessment : all()) EXPECT_EQ(assessment.worst(), Weight::kMake) << assessment.file;
  inventory_.pairs["admin"].has_key = true;
  EXPECT_TRUE(has_been_made(inventory_));
}

TEST_F(JudgeTest, TellsAnIdentityThatIsStillGoodThoughNobodyAsksForIt) {
  auto gone = sound_certificate(*spec_.find_certificate("worker-0"));
  gone.subject_text = "CN=system:node:worker-9";
  inventory_.left_overs.push_back({"worker-9.pem", gone});
  EXPECT_THAT(said_of("worker-9.pem"),
              ElementsAre(judged_reason(Cause::kLeftOver, Weight::kRemark,
                                        "until 2027-03-03 whoever has its key is CN=system:node:worker-9")));
  inventory_.left_overs.front().certificate.not_after = kNow - std::chrono::seconds(1);
  EXPECT_THAT(all(), IsEmpty()) << "it opens nothing any more";
}

TEST_F(JudgeTest, NamesTheKeyWhereThatIsWhatIsMissing) {
  inventory_.pairs.at("admin").has_key = false;
  EXPECT_EQ(all().front().file, "admin-key.pem");
  EXPECT_EQ(all().front().worst(), Weight::kOperator);
}

}  // namespace
}  // namespace pki::plan
