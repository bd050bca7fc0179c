#include "lb/doctor/judge_daemon.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cerrno>

namespace lb::doctor {
namespace {

using ::testing::HasSubstr;

Severity with_admin(std::string_view address) {
  cluster::LoadBalancer balancer;
  balancer.admin = *base::SocketAddress::parse(address);
  return judge_admin(balancer).severity;
}

TEST(JudgeDaemon, SaysWhetherOneRuns) {
  EXPECT_EQ(judge_daemon("/run/lb.sock", 0).severity, Severity::kOk);
  const Finding none = judge_daemon("/run/lb.sock", ECONNREFUSED);
  EXPECT_EQ(none.severity, Severity::kWarning);
  EXPECT_THAT(none.text, HasSubstr("/run/lb.sock: Connection refused"));
  EXPECT_EQ(judge_daemon("none", 0).severity, Severity::kSkipped);
  EXPECT_EQ(judge_daemon(std::nullopt, 0).severity, Severity::kSkipped);
}

TEST(JudgeDaemon, KnowsWhoMayNotAskFromWhoGetsNoAnswer) {
  for (const int error : {EACCES, EPERM}) {
    const Finding finding = judge_daemon("/run/lb.sock", error);
    EXPECT_EQ(finding.severity, Severity::kSkipped);
    EXPECT_THAT(finding.text, HasSubstr("only the user that the daemon runs as may ask by /run/lb.sock"));
    EXPECT_THAT(finding.remedy, HasSubstr("sudo"));
  }
  const Finding hung = judge_daemon("/run/lb.sock", EAGAIN);
  EXPECT_EQ(hung.severity, Severity::kProblem);
  EXPECT_THAT(hung.text, HasSubstr("does not answer"));
}

TEST(JudgeAdmin, WarnsWhereOthersMayLook) {
  EXPECT_EQ(judge_admin({}).severity, Severity::kOk);
  EXPECT_EQ(with_admin("127.0.0.1:9440"), Severity::kOk);
  EXPECT_EQ(with_admin("[::1]:9440"), Severity::kOk);
  EXPECT_EQ(with_admin("0.0.0.0:9440"), Severity::kWarning);
  EXPECT_EQ(with_admin("10.10.0.1:9440"), Severity::kWarning);
}

TEST(JudgeAdmin, SaysWhatATokenIsWorthOnANetwork) {
  cluster::LoadBalancer balancer;
  balancer.admin = *base::SocketAddress::parse("10.10.0.1:9440");
  EXPECT_THAT(judge_admin(balancer).text, HasSubstr("which clients there are and where each goes"));
  EXPECT_THAT(judge_admin(balancer).text, HasSubstr("without a token they change nothing"));
  balancer.admin_token_file = "/etc/keepstate/token";
  EXPECT_THAT(judge_admin(balancer).text, HasSubstr("hears the token"));
}

}  // namespace
}  // namespace lb::doctor
