#include "pki/output/server_report.h"

#include <gmock/gmock.h>

#include "pki/crypto/issue.h"
#include "tests/unit/pki/output/made_pki.h"

namespace pki::output {
namespace {

using testing::AllOf;
using testing::Contains;
using testing::HasSubstr;
using testing::Not;

class ServerReportTest : public testing::Test {
 protected:
  ServerReportTest() { static_cast<void>(make_all(spec_, contents_)); }

  [[nodiscard]] static crypto::TlsAnswer showing(const crypto::Certificate& certificate) {
    crypto::TlsAnswer answer;
    answer.chain.push_back(crypto::Certificate::from_pem(certificate.to_pem().value()).value());
    return answer;
  }
  [[nodiscard]] crypto::Certificate issued(const plan::CertificateSpec& spec, std::chrono::sys_seconds when) const {
    return crypto::issue(spec, contents_.keys.at(spec.name), contents_.certificates.at("ca"), contents_.keys.at("ca"),
                         when)
        .value();
  }
  [[nodiscard]] std::vector<std::string> wrong(const crypto::Certificate& shown, const std::string& name = "10.10.0.1",
                                               std::chrono::sys_seconds now = kNow) const {
    const auto report = judge_server(showing(shown), spec_, contents_, {name, now});
    std::vector<std::string> texts;
    for (const auto& finding : report.value().findings) {
      if (!finding.sound) texts.push_back(finding.text);
    }
    EXPECT_EQ(report->sound(), texts.empty());
    return texts;
  }

  plan::PkiSpec spec_ = plan::spec_for(sample_cluster()).value();
  Contents contents_;
  plan::CertificateSpec server_ = *spec_.find_certificate("kubernetes");
};

TEST_F(ServerReportTest, TheFoldersOwnIsSound) {
  const auto report =
      judge_server(showing(contents_.certificates.at("kubernetes")), spec_, contents_, {"10.10.0.1", kNow});
  ASSERT_TRUE(report) << report.error().message;
  EXPECT_TRUE(report->sound());
  EXPECT_THAT(report->shown, Contains("subject  CN=kubernetes"));
}

TEST_F(ServerReportTest, OneFromBeforeIsToldFromAForeignOne) {
  EXPECT_THAT(wrong(issued(server_, kNow - std::chrono::days(1))),
              Contains(AllOf(HasSubstr("an older kubernetes.pem"), HasSubstr("restart etcd or kube-apiserver"))));
  EXPECT_THAT(wrong(issued(server_, kNow)), Contains(HasSubstr("another kubernetes.pem")));
  server_.subject = {"stranger", ""};
  EXPECT_THAT(wrong(issued(server_, kNow)), Contains(HasSubstr("no certificate of the folder is for CN=stranger")));
}

TEST_F(ServerReportTest, LackingNamesAndNearEndsAreWrong) {
  const auto& shown = contents_.certificates.at("kubernetes");
  spec_.certificates[1].names.dns.emplace_back("new.home.arpa");
  EXPECT_THAT(wrong(shown), Contains(HasSubstr("it does not name new.home.arpa")));
  EXPECT_THAT(wrong(shown, "elsewhere"), Contains(HasSubstr("refuse it as elsewhere")));
  EXPECT_THAT(wrong(shown, "10.10.0.1", kNow + std::chrono::days(350)),
              Contains(HasSubstr("it ends in 15 days; run renew")));
  EXPECT_THAT(wrong(shown, "10.10.0.1", kNow + std::chrono::days(366)), Contains(HasSubstr("it ended 1 day")));
}

TEST_F(ServerReportTest, AServerThatHangsIsWrong) {
  auto answer = showing(contents_.certificates.at("kubernetes"));
  answer.refusal = "tlsv13 alert certificate required";
  const ServerExpectation expectation{"10.10.0.1", kNow};
  EXPECT_TRUE(judge_server(answer, spec_, contents_, expectation)->sound()) << "so it should";
  answer.refusal.reset();
  answer.is_silent = true;
  const auto report = judge_server(answer, spec_, contents_, expectation);
  EXPECT_FALSE(report->sound());
  EXPECT_THAT(report->findings.front().text, HasSubstr("it hangs"));
}

TEST_F(ServerReportTest, WithoutAnAuthorityNobodyIsTrusted) {
  contents_.authority_text.clear();
  EXPECT_THAT(wrong(contents_.certificates.at("kubernetes")), Contains(HasSubstr("ca.pem holds no authority")));
}

}  // namespace
}  // namespace pki::output
