#include "lb/doctor/judge_times.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/unit/lb/sample_config.h"

namespace lb::doctor {
namespace {

using namespace std::chrono_literals;
using ::testing::HasSubstr;

Severity with_idle(std::chrono::milliseconds idle) {
  cluster::Listener listener = sample_listener({1});
  listener.timeouts.idle = idle;
  return judge_idle(listener).severity;
}

Finding with_connect(std::chrono::milliseconds connect, unsigned retries) {
  cluster::Listener listener = sample_listener({1});
  listener.timeouts.connect = connect;
  listener.retries = retries;
  return judge_deadline(listener);
}

TEST(JudgeIdle, LeavesTimeForThePingsOfClients) {
  EXPECT_EQ(with_idle(1h), Severity::kOk);
  EXPECT_EQ(with_idle(10min), Severity::kWarning);
  EXPECT_EQ(with_idle(46s), Severity::kWarning);
  EXPECT_EQ(with_idle(45s), Severity::kProblem);
}

TEST(JudgeDeadline, LeavesTimeForTheHandshake) {
  EXPECT_EQ(with_connect(2s, 2).severity, Severity::kOk);
  EXPECT_EQ(with_connect(2s, 10).severity, Severity::kOk);  // all tries together have 6 s
  EXPECT_THAT(with_connect(2s, 10).text, HasSubstr("a client waits 6 s"));
  EXPECT_EQ(with_connect(8s, 2).severity, Severity::kOk);
  EXPECT_EQ(with_connect(9s, 0).severity, Severity::kProblem);
}

TEST(JudgeGoaway, ReadsTheCommandLine) {
  EXPECT_EQ(judge_goaway({{"kube-apiserver", "--goaway-chance=0.001"}}, 3).severity, Severity::kOk);
  EXPECT_EQ(judge_goaway({{"kube-apiserver", "--goaway-chance", "0.02"}}, 3).severity, Severity::kOk);
  EXPECT_EQ(judge_goaway({{"kube-apiserver", "--goaway-chance=0"}}, 3).severity, Severity::kWarning);
  EXPECT_EQ(judge_goaway({{"kube-apiserver", "--goaway-chances=1"}}, 3).severity, Severity::kWarning);
  EXPECT_EQ(judge_goaway({{"kube-apiserver", "--goaway-chance"}}, 3).severity, Severity::kWarning);
  EXPECT_THAT(judge_goaway({{"kube-apiserver"}}, 3).remedy, HasSubstr("--goaway-chance=0.001"));
}

TEST(JudgeGoaway, LooksAtEveryServerOfThisHost) {
  const Finding finding = judge_goaway({{"kube-apiserver", "--goaway-chance=0.001"}, {"kube-apiserver"}}, 2);
  EXPECT_EQ(finding.severity, Severity::kWarning);
  EXPECT_NE(finding.text.find("1 of 2 kube-apiservers"), std::string::npos) << finding.text;
  EXPECT_EQ(
      judge_goaway({{"kube-apiserver", "--goaway-chance=1"}, {"kube-apiserver", "--goaway-chance=.1"}}, 2).severity,
      Severity::kOk);
}

TEST(JudgeGoaway, OneServerAloneNeedsNone) {
  EXPECT_EQ(judge_goaway({{"kube-apiserver"}}, 1).severity, Severity::kOk);
  EXPECT_EQ(judge_goaway({}, 0).severity, Severity::kOk);
}

TEST(JudgeGoaway, SaysHowToLookWhereItCannot) {
  EXPECT_EQ(judge_goaway({}, 3).severity, Severity::kSkipped);
  EXPECT_THAT(judge_goaway({}, 3).remedy, HasSubstr("grep goaway-chance"));
}

}  // namespace
}  // namespace lb::doctor
