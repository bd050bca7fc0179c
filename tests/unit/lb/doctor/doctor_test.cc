#include "lb/doctor/doctor.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cerrno>
#include <nlohmann/json.hpp>
#include <set>

#include "tests/unit/lb/doctor/fake_host.h"

namespace lb::doctor {
namespace {

using ::testing::ElementsAre;
using ::testing::EndsWith;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

std::set<std::string> checks_in(const Findings& findings, Severity severity) {
  std::set<std::string> names;
  for (const Finding& one : findings) {
    if (one.severity == severity) names.insert(one.check);
  }
  return names;
}

TEST(Doctor, FindsAGoodHostAndAGoodClusterFine) {
  FakeHost host;
  const Findings findings = examine(sample_cluster(), "/run/lb.sock", host);
  EXPECT_THAT(checks_in(findings, Severity::kProblem), IsEmpty()) << to_text(findings);
  EXPECT_THAT(checks_in(findings, Severity::kWarning), IsEmpty()) << to_text(findings);
  EXPECT_THAT(checks_in(findings, Severity::kSkipped), ElementsAre("hairpin"));
  EXPECT_THAT(
      checks_in(findings, Severity::kOk),
      ElementsAre("address", "admin", "backend", "backlog", "certificate", "check", "daemon", "deadline", "descriptors",
                  "duplicate", "expiry", "goaway", "health", "idle", "pipes", "ports", "time-wait"));
  EXPECT_EQ(host.socket, "/run/lb.sock");
  EXPECT_FALSE(has_problem(findings));
}

TEST(Doctor, AsksEachAddressOnceAndEachBackendForItsPath) {
  FakeHost host;
  cluster::Cluster cluster = sample_cluster();
  cluster.load_balancer->listeners[0].health_check.server_name = "kubernetes";
  static_cast<void>(examine(cluster, std::nullopt, host));
  EXPECT_THAT(host.asked, ElementsAre(ip_of("10.10.0.1")));
  ASSERT_EQ(host.calls.size(), 3U);
  EXPECT_EQ(host.calls[2].address.to_string(), "10.10.0.13:6443");
  EXPECT_EQ(host.calls[2].path, "/readyz");
  EXPECT_EQ(host.calls[2].server_name, "kubernetes");
  EXPECT_EQ(host.socket, "");
}

TEST(Doctor, JudgesTheLimitOfTheDaemonThatRuns) {
  FakeHost host;
  host.daemon.descriptors = 4096;
  cluster::Cluster cluster = sample_cluster();
  cluster.load_balancer->max_connections = 10'000;
  EXPECT_THAT(checks_in(examine(cluster, "/run/lb.sock", host), Severity::kProblem), ElementsAre("descriptors"));
  host.daemon = {.error = EACCES};
  EXPECT_THAT(checks_in(examine(cluster, "/run/lb.sock", host), Severity::kProblem), IsEmpty());
}

TEST(Doctor, TakesAnIngressForNoApiServer) {
  FakeHost host;
  cluster::Cluster cluster = sample_cluster();
  auto& listener = cluster.load_balancer->listeners[0];
  listener.address = *base::SocketAddress::parse("10.10.0.1:443");
  listener.health_check.kind = cluster::HealthCheckKind::kTcp;
  listener.health_check.path = "/";
  const Findings findings = examine(cluster, std::nullopt, host);
  EXPECT_EQ(host.calls[0].path, "/");
  EXPECT_EQ(std::ranges::count(findings, "health", &Finding::check), 0);
  EXPECT_EQ(checks_in(findings, Severity::kOk).count("goaway"), 1U);
}

TEST(Doctor, LeavesServersOfPlainHttpToTheirOwnCheck) {
  FakeHost host;
  cluster::Cluster cluster = sample_cluster();
  cluster.load_balancer->listeners[0].health_check.kind = cluster::HealthCheckKind::kHttp;
  const Findings findings = examine(cluster, std::nullopt, host);
  EXPECT_THAT(host.calls, IsEmpty());
  EXPECT_EQ(std::ranges::count(findings, "check", &Finding::check), 3);
}

TEST(Doctor, KeepsItsWordsWhereNothingIsChecked) {
  FakeHost host;
  cluster::Cluster cluster = sample_cluster();
  cluster.load_balancer->listeners[0].health_check.kind = cluster::HealthCheckKind::kNone;
  EXPECT_EQ(std::ranges::count(examine(cluster, std::nullopt, host), "check", &Finding::check), 0);
}

const Findings kSome{fine("a", "one"), warning("b", "two", "do this"), problem("c", "thr\"ee", "do that"),
                     skipped("d", "four"), problem("e", "five", "do more")};

TEST(DoctorReport, SaysEachFindingWithItsRemedyAndCountsThem) {
  const std::string text = to_text(kSome);
  EXPECT_THAT(text, HasSubstr("ok       a            one\n"));
  EXPECT_THAT(text, HasSubstr("warning  b            two\n                      -> do this\n"));
  EXPECT_THAT(text, EndsWith("2 problems, 1 warning, 1 skipped, 1 ok\n"));
  EXPECT_TRUE(has_problem(kSome));
}

TEST(DoctorReport, SaysTheSameAsJson) {
  const auto json = nlohmann::json::parse(to_json(kSome));
  EXPECT_EQ(json["problems"], 2);
  EXPECT_EQ(json["warnings"], 1);
  ASSERT_EQ(json["findings"].size(), 5U);
  EXPECT_EQ(json["findings"][2],
            (nlohmann::json{{"severity", "problem"}, {"check", "c"}, {"text", "thr\"ee"}, {"remedy", "do that"}}));
}

TEST(DoctorReport, StaysJsonWhateverAServerSaid) {
  EXPECT_TRUE(nlohmann::json::accept(to_json({fine("a", "\xff\xfe\x01")})));
}

}  // namespace
}  // namespace lb::doctor
