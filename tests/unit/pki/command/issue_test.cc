#include "pki/command/issue.h"

#include "tests/unit/pki/command/command_fixture.h"

namespace pki::command {
namespace {

using testing::AllOf;
using testing::HasSubstr;
using testing::Not;

class IssueCommandTest : public CommandFixture {};

TEST_F(IssueCommandTest, MakesOneAndLeavesTheOthers) {
  make();
  const auto before = state();
  append(
      "    - {name: worker-1, role: worker, address: 10.10.0.22}\n"
      "    - {name: worker-2, role: worker, address: 10.10.0.23}\n");
  EXPECT_EQ(run({"issue", "worker-2"}), base::kExitOk) << err_.str();
  EXPECT_THAT(out_.str(), AllOf(HasSubstr("made  worker-2.pem"), HasSubstr("made  worker-2.kubeconfig"),
                                Not(HasSubstr("worker-1")), Not(HasSubstr("admin.pem"))));
  EXPECT_EQ(state().size(), before.size() + 3);
  for (const auto& [file, whole] : before) EXPECT_EQ(state().at(file), whole) << file;
}

TEST_F(IssueCommandTest, BeginsWithTheAuthority) {
  EXPECT_EQ(run({"issue", "admin"}), base::kExitFailed);
  EXPECT_THAT(err_.str(), HasSubstr("ca.pem: the authority that shall sign is not whole"));
  EXPECT_EQ(run({"issue", "ca"}), base::kExitOk) << err_.str();
  EXPECT_EQ(run({"issue", "admin"}), base::kExitOk) << err_.str();
  EXPECT_EQ(state().size(), 6U);
}

TEST_F(IssueCommandTest, ReplacesNothing) {
  make();
  expect_refusal({"issue", "admin"},
                 at("admin.pem") + ": it is there already; `keepstate-pki renew admin` replaces it");
}

TEST_F(IssueCommandTest, GivesUpWhatALostKeyOpensOnlyWhereItIsTold) {
  make();
  const std::string old_key = content("service-account-key.pem");
  remove("service-account-key.pem");
  remove("encryption-config.yaml");
  expect_refusal({"issue", "service-account"}, "let `keepstate-pki issue service-account --anew` make both anew");
  expect_refusal({"issue", "encryption-config"}, "let `keepstate-pki issue encryption-config --anew` make another");
  EXPECT_EQ(run({"issue", "service-account", "--anew"}), base::kExitOk) << err_.str();
  EXPECT_NE(content("service-account-key.pem"), old_key);
  EXPECT_THAT(out_.str(), HasSubstr("kube-apiserver"));
  EXPECT_EQ(run({"issue", "encryption-config", "--anew"}), base::kExitOk) << err_.str();
  EXPECT_EQ(run({"plan"}), base::kExitOk);
  EXPECT_THAT(out_.str(), HasSubstr("nothing to do"));
  expect_refusal({"issue", "service-account", "--anew"}, "it is there already");
  EXPECT_EQ(run({"issue", "admin", "--anew"}), base::kExitUsage);
  EXPECT_THAT(err_.str(), HasSubstr("--anew is for service-account and encryption-config alone"));
}

TEST_F(IssueCommandTest, GuessesAMisspeltName) {
  EXPECT_EQ(run({"issue", "wroker-0"}), base::kExitUsage);
  EXPECT_THAT(err_.str(), HasSubstr("did you mean 'worker-0'?"));
  EXPECT_FALSE(std::filesystem::exists(folder_));
  EXPECT_EQ(run({"issue"}), base::kExitUsage);
}

}  // namespace
}  // namespace pki::command
