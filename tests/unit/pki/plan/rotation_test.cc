#include "pki/plan/rotation.h"

#include <gmock/gmock.h>

#include "tests/unit/pki/sample_cluster.h"

namespace pki::plan {
namespace {

using testing::Contains;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;
using testing::StartsWith;

class RotationTest : public testing::Test {
 protected:
  PkiSpec spec_ = spec_for(sample_cluster()).value();
};

TEST_F(RotationTest, NothingUnderWayHasNothingToRollOut) {
  for (const auto kind : {RotationKind::kCa, RotationKind::kServiceAccountKey, RotationKind::kEncryptionKey}) {
    const auto report = report_of(kind, RotationStage::kNone, spec_);
    EXPECT_EQ(report.title, "nothing is under way");
    EXPECT_THAT(report.files, IsEmpty());
    EXPECT_THAT(report.next, IsEmpty());
  }
}

TEST_F(RotationTest, TrustInANewAuthorityIsInKubeconfigsToo) {
  const auto added = report_of(RotationKind::kCa, RotationStage::kAdded, spec_);
  EXPECT_THAT(added.title, StartsWith("stage 1 of 3: both authorities are trusted"));
  EXPECT_THAT(added.files, Contains("ca.pem"));
  EXPECT_THAT(added.files, Contains("worker-0.kubeconfig"));
  EXPECT_THAT(added.files, Not(Contains("kubernetes.pem")));
  const auto switched = report_of(RotationKind::kCa, RotationStage::kSwitched, spec_);
  for (const char* file : {"ca.pem", "ca-key.pem", "kubernetes.pem", "worker-0.pem", "admin.kubeconfig"}) {
    EXPECT_THAT(switched.files, Contains(file));
  }
  EXPECT_THAT(report_of_end(RotationKind::kCa, spec_).files, added.files);
}

TEST_F(RotationTest, OtherKeysAreInTheirOwnFiles) {
  const auto signer = report_of(RotationKind::kServiceAccountKey, RotationStage::kSwitched, spec_);
  EXPECT_THAT(signer.files, ElementsAre("service-account.pem", "service-account-key.pem"));
  EXPECT_THAT(signer.then, Contains(HasSubstr("never end")));
  const auto encryption = report_of(RotationKind::kEncryptionKey, RotationStage::kSwitched, spec_);
  EXPECT_THAT(encryption.files, ElementsAre("encryption-config.yaml"));
  EXPECT_THAT(encryption.then, Contains(HasSubstr("kubectl replace -f -")));
  EXPECT_THAT(encryption.next, HasSubstr("can never be read again"));
}

TEST_F(RotationTest, NamesCommandsAndFiles) {
  EXPECT_EQ(command_of(RotationKind::kCa), "rotate-ca");
  EXPECT_EQ(command_of(RotationKind::kServiceAccountKey), "rotate-service-account-key");
  EXPECT_EQ(command_of(RotationKind::kEncryptionKey), "rotate-encryption-key");
  EXPECT_EQ(next_certificate_file("ca"), "ca-next.pem");
  EXPECT_EQ(next_key_file("service-account"), "service-account-next-key.pem");
  EXPECT_EQ(old_certificate_file("ca"), "ca-old.pem");
  EXPECT_EQ(rotation_files().size(), 6U);
}

TEST_F(RotationTest, ExplainsItsFiles) {
  EXPECT_THAT(explain_rotation_file("pki/ca-next-key.pem").value(), StartsWith("ca-next-key.pem, private key of the"));
  EXPECT_THAT(explain_rotation_file("service-account-old.pem").value(), HasSubstr("in its second stage"));
  EXPECT_THAT(explain_rotation_file("ca-signing.pem").value(), HasSubstr("--cluster-signing-cert-file"));
  EXPECT_EQ(explain_rotation_file("ca.pem"), std::nullopt);
}

TEST_F(RotationTest, NoTokenSignerIsMadeByAnAuthorityThatHasEnded) {
  const std::vector<Assessment> all{{"ca", "ca.pem", {{Cause::kEnded, Weight::kOperator, "it ended"}}}};
  EXPECT_EQ(hindrances(RotationKind::kServiceAccountKey, RotationStage::kNone, all).size(), 1U);
  EXPECT_THAT(hindrances(RotationKind::kServiceAccountKey, RotationStage::kAdded, all), IsEmpty());
  EXPECT_THAT(hindrances(RotationKind::kCa, RotationStage::kNone, all), IsEmpty());
}

}  // namespace
}  // namespace pki::plan
