#include "lb/doctor/judge_backend.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <functional>
#include <map>

#include "tests/unit/lb/doctor/fake_host.h"

namespace lb::doctor {
namespace {

using namespace std::chrono_literals;
using std::chrono::days;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

const std::vector<std::string> kNames{"10.10.0.1", "api.test"};

class JudgeBackendTest : public ::testing::Test {
 protected:
  // By their checks' names.
  std::map<std::string, Finding> judge() {
    std::map<std::string, Finding> by_check;
    for (Finding& one : judge_backend(listener_, listener_.backends[0], visit_, servers_, kNames, kToday)) {
      by_check[one.check] = std::move(one);
    }
    return by_check;
  }
  Severity expiry_in(std::chrono::seconds left) {
    visit_.certificate->not_after = kToday + left;
    return judge()["expiry"].severity;
  }

  cluster::Cluster cluster_ = sample_cluster();
  cluster::Listener& listener_ = cluster_.load_balancer->listeners[0];
  Visit visit_ = good_visit();
  Servers servers_ = Servers::kApiServers;
};

TEST_F(JudgeBackendTest, FindsAGoodOneFine) {
  const auto findings = judge();
  EXPECT_EQ(findings.size(), 4U);
  for (const auto& [check, finding] : findings) EXPECT_EQ(finding.severity, Severity::kOk) << finding.text;
  EXPECT_EQ(findings.at("certificate").text,
            "controller-0 (10.10.0.11:6443, listener 'kube-apiserver'): it is for 10.10.0.1, api.test");
}

TEST_F(JudgeBackendTest, AClosedPortIsAProblemAndTheEnd) {
  visit_ = {.connect_error = "Connection refused", .tls_error = {}, .certificate = {}, .answer_error = {}};
  const auto findings = judge();
  ASSERT_EQ(findings.size(), 1U);
  EXPECT_EQ(findings.at("backend").severity, Severity::kProblem);
  EXPECT_THAT(findings.at("backend").remedy, HasSubstr("nc -vz 10.10.0.11 6443"));
}

TEST_F(JudgeBackendTest, NoTlsMattersOnlyWhereItIsMeant) {
  visit_ = {.connect_error = {}, .tls_error = "wrong version number", .certificate = {}, .answer_error = {}};
  EXPECT_EQ(judge()["certificate"].severity, Severity::kProblem);
  listener_.health_check.kind = cluster::HealthCheckKind::kTcp;
  EXPECT_EQ(judge()["certificate"].severity, Severity::kSkipped);
  listener_.first_flight = cluster::FirstFlight::kTls;
  EXPECT_EQ(judge()["certificate"].severity, Severity::kProblem);
}

TEST_F(JudgeBackendTest, NamesWhatTheCertificateLacks) {
  visit_.certificate->addresses.clear();
  visit_.certificate->names = {"kubernetes"};
  const Finding finding = judge()["certificate"];
  EXPECT_EQ(finding.severity, Severity::kProblem);
  EXPECT_THAT(finding.text, HasSubstr("it is not for 10.10.0.1, api.test, so"));
  EXPECT_THAT(finding.remedy, HasSubstr("--apiserver-cert-extra-sans=10.10.0.1,api.test,"));
}

// An ingress has a certificate of its own, and owes nobody its health.
TEST_F(JudgeBackendTest, AsksOfOtherServersNeitherNamesNorHealth) {
  servers_ = Servers::kOthers;
  visit_.certificate->addresses.clear();
  visit_.certificate->names = {"*.apps.example"};
  visit_.status = 404;
  const auto findings = judge();
  EXPECT_EQ(findings.size(), 3U);
  EXPECT_EQ(findings.at("certificate").severity, Severity::kSkipped);
  EXPECT_EQ(findings.at("expiry").severity, Severity::kOk);
  EXPECT_EQ(expiry_in(days{2}), Severity::kWarning);
  EXPECT_EQ(judge()["expiry"].remedy.find("kube"), std::string::npos);
  visit_ = {.connect_error = "Connection refused", .tls_error = {}, .certificate = {}, .answer_error = {}};
  EXPECT_EQ(judge()["backend"].remedy.find("kube"), std::string::npos);
}

TEST_F(JudgeBackendTest, KnowsApiServersByTheirPathAndByTheEndpoint) {
  listener_.health_check.path = "/livez?exclude=etcd";
  cluster_.control_plane_endpoint.reset();
  EXPECT_EQ(servers_of(cluster_, listener_), Servers::kApiServers);
  listener_.health_check.path = "/readyz/ping";
  EXPECT_EQ(servers_of(cluster_, listener_), Servers::kApiServers);
  listener_.health_check.path = "/readyzone";
  EXPECT_EQ(servers_of(cluster_, listener_), Servers::kOthers);
  listener_.health_check.kind = cluster::HealthCheckKind::kTcp;
  listener_.health_check.path = "/readyz";
  EXPECT_EQ(servers_of(cluster_, listener_), Servers::kOthers);
  cluster_.control_plane_endpoint = base::HostPort{"api.test", 6443};
  EXPECT_EQ(servers_of(cluster_, listener_), Servers::kApiServers);
}

TEST_F(JudgeBackendTest, WarnsAMonthBeforeTheEndAndShoutsADayBefore) {
  EXPECT_EQ(expiry_in(days{30}), Severity::kOk);
  EXPECT_EQ(expiry_in(days{30} - 1s), Severity::kWarning);
  EXPECT_EQ(expiry_in(days{1}), Severity::kWarning);
  EXPECT_EQ(expiry_in(days{1} - 1s), Severity::kProblem);
  EXPECT_EQ(expiry_in(-1s), Severity::kProblem);
  EXPECT_THAT(judge()["expiry"].text, HasSubstr("has expired at 2024-10-03 23:59 UTC"));
}

TEST_F(JudgeBackendTest, WantsTheHealthOfApiServersToBeForEverybody) {
  visit_.status = 401;
  EXPECT_EQ(judge()["health"].severity, Severity::kProblem);
  EXPECT_THAT(judge()["health"].remedy, HasSubstr("--anonymous-auth=true"));
  listener_.health_check.certificate_file = "client.pem";
  EXPECT_EQ(judge()["health"].severity, Severity::kOk);
  listener_.health_check.certificate_file.clear();
  listener_.health_check.kind = cluster::HealthCheckKind::kTcp;
  EXPECT_EQ(judge()["health"].severity, Severity::kWarning);
  visit_.status = 500;
  EXPECT_EQ(judge()["health"].severity, Severity::kWarning);
  EXPECT_THAT(judge()["health"].remedy, HasSubstr("curl -k 'https://10.10.0.11:6443/readyz?verbose'"));
  visit_.answer_error = "the connection ended";
  EXPECT_EQ(judge()["health"].severity, Severity::kSkipped);
}

TEST_F(JudgeBackendTest, JudgesItsChecks) {
  using Result = net::ProbeResult::Kind;
  const std::vector<net::ProbeResult> results{
      {Result::kPassed, "200"}, {Result::kNotReady, "500"}, {Result::kFailed, "silence"}};
  const Findings findings = judge_checks(listener_, results);
  ASSERT_EQ(findings.size(), 3U);
  EXPECT_EQ(findings[0].severity, Severity::kOk);
  EXPECT_EQ(findings[1].severity, Severity::kWarning);
  EXPECT_EQ(findings[2].severity, Severity::kProblem);
  EXPECT_THAT(findings[2].text,
              HasSubstr("controller-2 (10.10.0.13:6443, listener 'kube-apiserver'): its health check says: silence"));
  EXPECT_EQ(judge_checks(listener_, base::fail("no such caFile"))[0].severity, Severity::kProblem);
}

TEST_F(JudgeBackendTest, KnowsWhatClientsCallAListener) {
  EXPECT_EQ(names_for_clients(cluster_, listener_), kNames);
  listener_.address = *base::SocketAddress::parse("0.0.0.0:6443");
  EXPECT_EQ(names_for_clients(cluster_, listener_), kNames);
  listener_.address = *base::SocketAddress::parse("10.10.0.2:8443");  // another port than the endpoint's
  EXPECT_THAT(names_for_clients(cluster_, listener_), ElementsAre("10.10.0.2"));
  listener_.address = *base::SocketAddress::parse("0.0.0.0:8443");
  cluster_.load_balancer->vip = {};
  EXPECT_THAT(names_for_clients(cluster_, listener_), IsEmpty());
}

TEST(IsFor, MatchesNamesAsClientsDo) {
  const net::PeerCertificate certificate{
      .names = {"*.Example.org", "api.test"}, .addresses = {ip_of("fd00::1")}, .not_after = {}};
  EXPECT_TRUE(is_for(certificate, "API.test"));
  EXPECT_TRUE(is_for(certificate, "k8s.example.org"));
  EXPECT_FALSE(is_for(certificate, "a.k8s.example.org"));
  EXPECT_FALSE(is_for(certificate, "example.org"));
  EXPECT_FALSE(is_for(certificate, ".example.org"));
  EXPECT_TRUE(is_for(certificate, "fd00:0::1"));
  EXPECT_FALSE(is_for(certificate, "10.0.0.1"));
}

}  // namespace
}  // namespace lb::doctor
