#include "pki/plan/judge_certificate.h"

#include <gmock/gmock.h>

#include "tests/unit/pki/plan/sample_inventory.h"

namespace pki::plan {
namespace {

using testing::AllOf;
using testing::ElementsAre;
using testing::Field;
using testing::HasSubstr;
using testing::IsEmpty;

auto reason(Cause cause, Weight weight, const char* text) {
  return AllOf(Field(&Reason::cause, cause), Field(&Reason::weight, weight), Field(&Reason::text, HasSubstr(text)));
}

class JudgeCertificateTest : public testing::Test {
 protected:
  [[nodiscard]] std::vector<Reason> authority() const { return judge_authority(spec_, inventory_, moment_); }
  [[nodiscard]] std::vector<Reason> leaf(const char* name) const {
    return judge_leaf(*spec_.find_certificate(name), inventory_, moment_);
  }
  PresentPair& pair(const char* name) { return inventory_.pairs.at(name); }

  PkiSpec spec_ = sample_spec();
  Inventory inventory_ = sound_inventory(spec_);
  Moment moment_{kNow, std::chrono::days(30)};
};

TEST_F(JudgeCertificateTest, HasNothingToSayOfWhatIsSound) {
  EXPECT_THAT(authority(), IsEmpty());
  EXPECT_THAT(leaf("kubernetes"), IsEmpty());
  EXPECT_THAT(leaf("service-account"), IsEmpty());
}

TEST_F(JudgeCertificateTest, KeepsAKeyWhoseCertificateIsMissing) {
  pair("admin").certificate.reset();
  EXPECT_THAT(leaf("admin"), ElementsAre(reason(Cause::kMissing, Weight::kMake, "its key is there and is kept")));
}

TEST_F(JudgeCertificateTest, LeavesForeignAndMissingKeysToTheOperator) {
  pair("admin").has_key = false;
  EXPECT_THAT(leaf("admin"), ElementsAre(reason(Cause::kNoKey, Weight::kOperator, "it is missing while admin.pem")));
  pair("admin").has_key = true;
  pair("admin").key_matches = false;
  EXPECT_THAT(leaf("admin"), ElementsAre(reason(Cause::kKeyMismatch, Weight::kOperator, "the key in admin-key.pem")));
}

TEST_F(JudgeCertificateTest, TellsTheEndsOfValidity) {
  auto& certificate = *pair("admin").certificate;
  certificate.not_after = kNow + std::chrono::days(30);
  EXPECT_THAT(leaf("admin"),
              ElementsAre(reason(Cause::kEnding, Weight::kDue, "it ends on 2026-12-23 12:00:00 UTC, in 30 days")));
  certificate.not_after = kNow + std::chrono::days(30) + std::chrono::seconds(1);
  EXPECT_THAT(leaf("admin"), IsEmpty());
  certificate.not_after = kNow;
  EXPECT_THAT(leaf("admin"), ElementsAre(reason(Cause::kEnding, Weight::kDue, "in 0 minutes")));
  certificate.not_after = kNow - std::chrono::seconds(1);
  EXPECT_THAT(leaf("admin"),
              ElementsAre(reason(Cause::kEnded, Weight::kBroken, "it ended on 2026-11-23 11:59:59 UTC")));
  certificate.not_after = kNow + std::chrono::days(100);
  certificate.not_before = kNow + std::chrono::seconds(1);
  EXPECT_THAT(leaf("admin"), ElementsAre(reason(Cause::kNotYetValid, Weight::kOperator,
                                                "valid from 2026-11-23 12:00:01 UTC on, but this machine's clock says "
                                                "2026-11-23 12:00:00 UTC; set the clock")));
  certificate.not_before = kNow;
  EXPECT_THAT(leaf("admin"), IsEmpty());
}

TEST_F(JudgeCertificateTest, RenewsNothingThatTheAuthorityWouldCutAgain) {
  const auto soon = kNow + std::chrono::days(10);
  pair("ca").certificate->not_after = soon;
  pair("admin").certificate->not_after = soon;
  const Moment moment{kNow, std::chrono::days(30)};
  const auto& spec = *spec_.find_certificate("admin");
  EXPECT_THAT(judge_leaf(spec, inventory_, moment),
              ElementsAre(reason(Cause::kEnding, Weight::kRemark, "in 10 days, and ca.pem with it")));
  pair("admin").certificate->not_after = soon - std::chrono::seconds(1);
  EXPECT_THAT(judge_leaf(spec, inventory_, moment), ElementsAre(reason(Cause::kEnding, Weight::kDue, "in 9 days")));
}

TEST_F(JudgeCertificateTest, TellsWhichNamesWereAddedAndRemoved) {
  auto& names = pair("kubernetes").certificate->names;
  names.addresses.front() = *base::IpAddress::parse("10.10.0.9");
  names.dns.emplace_back("old.home.arpa");
  EXPECT_THAT(
      leaf("kubernetes"),
      ElementsAre(reason(Cause::kLacksNames, Weight::kBroken, "it does not name 10.10.0.1, which cluster.yaml"),
                  reason(Cause::kSurplusNames, Weight::kDue, "it still names old.home.arpa, 10.10.0.9, which")));
}

TEST_F(JudgeCertificateTest, WantsUserAndGroup) {
  pair("admin").certificate->subject.organisation = "nobody";
  EXPECT_THAT(leaf("admin"),
              ElementsAre(reason(Cause::kSubject, Weight::kBroken, "Kubernetes needs CN=admin,O=system:masters")));
  pair("kubernetes").certificate->subject.organisation = "Kubernetes";  // as Kubernetes the Hard Way has it
  EXPECT_THAT(leaf("kubernetes"), IsEmpty());
  pair("kubernetes").certificate->subject.common_name = "somebody";
  EXPECT_THAT(leaf("kubernetes"), ElementsAre(reason(Cause::kSubject, Weight::kBroken, "needs CN=kubernetes")));
}

TEST_F(JudgeCertificateTest, WantsUsages) {
  pair("kubernetes").certificate->serves = false;
  pair("kubernetes").certificate->calls = false;
  EXPECT_THAT(leaf("kubernetes"), ElementsAre(reason(Cause::kUsages, Weight::kBroken, "serverAuth is missing"),
                                              reason(Cause::kUsages, Weight::kBroken, "clientAuth is missing")));
  pair("admin").certificate->serves = true;
  EXPECT_THAT(leaf("admin"), ElementsAre(reason(Cause::kSurplusUsages, Weight::kDue, "may be used by a server")));
}

TEST_F(JudgeCertificateTest, WantsThisAuthority) {
  pair("admin").signed_by_authority = false;
  EXPECT_THAT(leaf("admin"),
              ElementsAre(reason(Cause::kOtherAuthority, Weight::kBroken, "it was signed by another authority (ca)")));
  pair("admin").signed_by_authority = true;
  pair("admin").certificate->issuer_text = "CN=old";
  EXPECT_THAT(leaf("admin"), ElementsAre(reason(Cause::kOtherAuthority, Weight::kBroken, "(CN=old)")));
}

TEST_F(JudgeCertificateTest, DoesNotRenameAnAuthorityWhoseCertificateIsMissing) {
  pair("ca")
      .certificate.reset();  // the others were signed under the name "ca", not under the one that we would give it
  EXPECT_THAT(leaf("admin"),
              ElementsAre(reason(Cause::kOtherAuthority, Weight::kBroken, "(CN=Kubernetes,O=Kubernetes)")));
  pair("admin").certificate->issuer_text = "CN=Kubernetes,O=Kubernetes";
  EXPECT_THAT(leaf("admin"), IsEmpty());
}

TEST_F(JudgeCertificateTest, FindsNamesThatTheAuthorityMayNotSignFor) {
  pair("ca").certificate->permitted.emplace().domains = {"something.local"};
  inventory_.pairs.erase("worker-0");
  EXPECT_THAT(leaf("worker-0"),
              ElementsAre(reason(Cause::kMissing, Weight::kMake, ""),
                          reason(Cause::kForbiddenNames, Weight::kOperator, "do not permit worker-0, so")))
      << "nobody would take it";
  inventory_ = sound_inventory(spec_);
  pair("ca").certificate->permitted.emplace().domains = {"something.local"};
  EXPECT_THAT(leaf("worker-0"),
              ElementsAre(reason(Cause::kForbiddenNames, Weight::kOperator, "do not permit worker-0,")));
}

TEST_F(JudgeCertificateTest, RemarksConstraintsThatClusterYamlDoesNotAskFor) {
  pair("ca").certificate->permitted.emplace();
  EXPECT_THAT(authority(), ElementsAre(reason(Cause::kConstraints, Weight::kRemark, "it has name constraints, but")));
  spec_.certificates.front().permitted.emplace();
  EXPECT_THAT(authority(), IsEmpty());
  pair("ca").certificate->permitted.reset();
  EXPECT_THAT(authority(),
              ElementsAre(reason(Cause::kConstraints, Weight::kRemark, "it has no name constraints, but")));
}

TEST_F(JudgeCertificateTest, RemarksAnotherAlgorithmAndWhatChangesIt) {
  for (const char* name : {"ca", "admin", "service-account"}) pair(name).algorithm = cluster::KeyAlgorithm::kRsa2048;
  const char* const text = "its key is rsa-2048, but cluster.yaml says ecdsa-p256; ";
  EXPECT_THAT(authority(), ElementsAre(reason(Cause::kAlgorithm, Weight::kRemark, text)));
  EXPECT_THAT(leaf("admin"), ElementsAre(reason(Cause::kAlgorithm, Weight::kRemark, "renew --new-key admin")));
  EXPECT_THAT(leaf("service-account"),
              ElementsAre(reason(Cause::kAlgorithm, Weight::kRemark, "rotate-service-account-key")));
  pair("admin").algorithm.reset();  // a kind that we do not make; it serves as well
  EXPECT_THAT(leaf("admin"), IsEmpty());
}

TEST_F(JudgeCertificateTest, LeavesTheAuthorityToTheOperator) {
  pair("ca").has_key = false;
  EXPECT_THAT(authority(),
              ElementsAre(reason(Cause::kNoKey, Weight::kOperator, "it is missing while ca.pem is there")));
  pair("ca") = {true, pair("ca").certificate, false, true, std::nullopt};
  EXPECT_THAT(authority(),
              ElementsAre(reason(Cause::kKeyMismatch, Weight::kOperator, "not for the key in ca-key.pem")));
  pair("ca").key_matches = true;
  pair("ca").certificate->is_authority = false;
  EXPECT_THAT(authority(), ElementsAre(reason(Cause::kNotAuthority, Weight::kOperator, "not an authority's")));
  pair("ca").certificate->is_authority = true;
  pair("ca").certificate->not_after = kNow - std::chrono::days(1);
  EXPECT_THAT(authority(), ElementsAre(reason(Cause::kEnded, Weight::kOperator, "rotate-ca puts a new one in its")));
  pair("ca").certificate->not_after = kNow + std::chrono::days(1);
  EXPECT_THAT(authority(), ElementsAre(reason(Cause::kEnding, Weight::kRemark, "in 1 day; rotate-ca")));
}

TEST_F(JudgeCertificateTest, MakesNoNewAuthorityForWhatAnotherHasSigned) {
  inventory_.pairs.erase("ca");
  EXPECT_THAT(authority(), ElementsAre(reason(Cause::kNoKey, Weight::kOperator, "put ca-key.pem and ca.pem back")));
  inventory_.pairs.clear();
  EXPECT_THAT(authority(), ElementsAre(reason(Cause::kMissing, Weight::kMake, "it is missing")));
}

TEST(DistinguishedName, IsWrittenAsRfc2253Does) {
  EXPECT_EQ(distinguished_name({"admin", "system:masters"}), "CN=admin,O=system:masters");
  EXPECT_EQ(distinguished_name({"kubernetes", ""}), "CN=kubernetes");
}

}  // namespace
}  // namespace pki::plan
