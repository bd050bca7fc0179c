#include "pki/plan/init_plan.h"

#include <gmock/gmock.h>

#include <functional>

#include "pki/plan/certificate_plan.h"
#include "tests/unit/pki/sample_cluster.h"

namespace pki::plan {
namespace {

using testing::AllOf;
using testing::ElementsAre;
using testing::Field;
using testing::HasSubstr;

class InitPlanTest : public testing::Test {
 protected:
  // A whole and sound set, as a first init leaves it.
  InitPlanTest() {
    for (const auto& spec : specs_) {
      PresentCertificate certificate;
      certificate.subject = spec.subject;
      certificate.subject_text = spec.name;
      certificate.issuer_text = "ca";
      certificate.names = spec.names;
      certificate.is_authority = spec.kind == CertificateKind::kAuthority;
      certificate.serves = spec.kind == CertificateKind::kServerAndClient;
      certificate.calls = spec.kind != CertificateKind::kAuthority;
      certificate.not_before = kNow - std::chrono::days(1);
      certificate.not_after = kNow + std::chrono::days(1);
      inventory_[spec.name] = {true, certificate, true, true};
    }
  }
  [[nodiscard]] std::vector<InitStep> steps() const { return plan_init(specs_, inventory_, kNow).value(); }
  [[nodiscard]] std::vector<Problem> problems() const {
    const auto planned = plan_init(specs_, inventory_, kNow);
    return planned ? std::vector<Problem>{} : planned.error();
  }
  PresentPair& pair(const char* name) { return inventory_.at(name); }

  std::vector<CertificateSpec> specs_ = certificates_for(sample_cluster()).value();
  Inventory inventory_;
};

auto problem(const char* file, const char* message) {
  return AllOf(Field(&Problem::file, file), Field(&Problem::message, HasSubstr(message)));
}

auto step(Action key, Action certificate) {
  return AllOf(Field(&InitStep::key, key), Field(&InitStep::certificate, certificate));
}

TEST_F(InitPlanTest, MakesAllInAnEmptyFolder) {
  inventory_.clear();
  const auto make = step(Action::kMake, Action::kMake);
  EXPECT_THAT(steps(), ElementsAre(make, make, make));
  EXPECT_EQ(steps()[0].spec.name, "ca");
}

TEST_F(InitPlanTest, KeepsAWholeSet) {
  const auto keep = step(Action::kKeep, Action::kKeep);
  EXPECT_THAT(steps(), ElementsAre(keep, keep, keep));
}

TEST_F(InitPlanTest, IssuesAgainForAKeyWithoutCertificate) {
  pair("kubernetes").certificate.reset();
  inventory_.erase("admin");
  EXPECT_THAT(steps(), ElementsAre(step(Action::kKeep, Action::kKeep), step(Action::kKeep, Action::kMake),
                                   step(Action::kMake, Action::kMake)));
}

TEST_F(InitPlanTest, IssuesTheAuthorityAgainForItsKey) {
  pair("ca").certificate.reset();
  pair("kubernetes").certificate->issuer_text = "CN=Kubernetes,O=Kubernetes";
  pair("admin").certificate->issuer_text = "CN=Kubernetes,O=Kubernetes";
  EXPECT_EQ(steps()[0].certificate, Action::kMake);
  EXPECT_EQ(steps()[1].certificate, Action::kKeep);
}

TEST_F(InitPlanTest, DoesNotRenameAnAuthorityWhoseCertificateIsMissing) {
  pair("ca")
      .certificate.reset();  // the others were signed under the name "ca", not under the one that we would give it
  EXPECT_THAT(problems(), ElementsAre(problem("kubernetes.pem", "signed by another authority (ca)"),
                                      problem("admin.pem", "signed by another authority (ca)")));
}

TEST_F(InitPlanTest, SignsALoneKeyByANewAuthority) {
  inventory_ = {{"kubernetes", {true, std::nullopt, false, false}}};
  EXPECT_THAT(steps(), ElementsAre(step(Action::kMake, Action::kMake), step(Action::kKeep, Action::kMake),
                                   step(Action::kMake, Action::kMake)));
}

TEST_F(InitPlanTest, RefusesWithoutTheAuthoritysKey) {
  pair("ca").has_key = false;
  EXPECT_THAT(problems(), ElementsAre(problem("ca-key.pem", "missing while ca.pem is there")));
  inventory_.erase("ca");
  EXPECT_THAT(problems(),
              ElementsAre(problem("ca-key.pem", "(kubernetes.pem, admin.pem); put ca-key.pem and ca.pem back")));
}

TEST_F(InitPlanTest, RefusesACertificateWithoutItsKey) {
  pair("admin").has_key = false;
  EXPECT_THAT(problems(), ElementsAre(problem("admin-key.pem", "move admin.pem away and run init again")));
}

TEST_F(InitPlanTest, RefusesAKeyOfAnotherCertificate) {
  pair("kubernetes").key_matches = false;
  pair("admin").key_matches = false;
  EXPECT_THAT(problems(), ElementsAre(problem("kubernetes.pem", "not for the key in kubernetes-key.pem"),
                                      problem("admin.pem", "not for the key in admin-key.pem")));
  pair("ca").key_matches = false;
  EXPECT_THAT(problems(), ElementsAre(problem("ca.pem", "not for the key in ca-key.pem")));
}

TEST_F(InitPlanTest, RefusesAnotherAuthority) {
  pair("kubernetes").signed_by_authority = false;
  EXPECT_THAT(problems(), ElementsAre(problem("kubernetes.pem", "signed by another authority")));
}

TEST_F(InitPlanTest, RefusesAnAuthorityThatIsNone) {
  pair("ca").certificate->is_authority = false;
  EXPECT_THAT(problems(), ElementsAre(problem("ca.pem", "not an authority's certificate")));
}

TEST_F(InitPlanTest, RefusesWhatHasEndedOrNotBegun) {
  pair("kubernetes").certificate->not_after = kNow - std::chrono::seconds(1);
  pair("admin").certificate->not_before = kNow + std::chrono::seconds(1);
  EXPECT_THAT(problems(), ElementsAre(problem("kubernetes.pem", "it ended on 2026-11-23 11:59:59 UTC"),
                                      problem("admin.pem",
                                              "valid from 2026-11-23 12:00:01 UTC on, but this machine's "
                                              "clock says 2026-11-23 12:00:00 UTC; set the clock")));
  pair("ca").certificate->not_after = kNow - std::chrono::days(1);
  EXPECT_THAT(problems(), ElementsAre(problem("ca.pem", "it ended on 2026-11-22 12:00:00 UTC")));
}

TEST_F(InitPlanTest, BothEndsOfTheValidityBelongToIt) {
  pair("kubernetes").certificate->not_before = kNow;
  pair("kubernetes").certificate->not_after = kNow;
  EXPECT_THAT(problems(), testing::IsEmpty());
}

TEST_F(InitPlanTest, RefusesAServerCertificateThatLacksANameOfTheConfiguration) {
  specs_[1].names.dns.emplace_back("new.home.arpa");
  specs_[1].names.addresses.push_back(*base::IpAddress::parse("10.10.0.9"));
  EXPECT_THAT(problems(), ElementsAre(problem("kubernetes.pem", "it does not name new.home.arpa, 10.10.0.9, which")));
}

TEST_F(InitPlanTest, MoreNamesThanNeededAreFine) {
  pair("kubernetes").certificate->names.dns.emplace_back("old.home.arpa");
  EXPECT_THAT(problems(), testing::IsEmpty());
}

TEST_F(InitPlanTest, RefusesAWrongUserGroupOrUse) {
  pair("admin").certificate->subject.organisation = "nobody";
  EXPECT_THAT(problems(), ElementsAre(problem("admin.pem", "Kubernetes needs CN=admin,O=system:masters")));
  pair("admin").certificate->subject = {"root", "system:masters"};
  EXPECT_THAT(problems(), ElementsAre(problem("admin.pem", "Kubernetes needs CN=admin")));
  pair("admin").certificate->subject = specs_[2].subject;
  pair("admin").certificate->calls = false;
  EXPECT_THAT(problems(), ElementsAre(problem("admin.pem", "clientAuth is missing")));
  pair("admin").certificate->calls = true;
  pair("kubernetes").certificate->serves = false;
  EXPECT_THAT(problems(), ElementsAre(problem("kubernetes.pem", "serverAuth is missing")));
}

TEST_F(InitPlanTest, TheServersGroupIsFree) {
  pair("kubernetes").certificate->subject.organisation = "Kubernetes";  // as Kubernetes the Hard Way has it
  EXPECT_THAT(problems(), testing::IsEmpty());
}

}  // namespace
}  // namespace pki::plan
