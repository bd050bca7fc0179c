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

TEST_F(IssueCommandTest, GuessesAMisspeltName) {
  EXPECT_EQ(run({"issue", "wroker-0"}), base::kExitUsage);
  EXPECT_THAT(err_.str(), HasSubstr("did you mean 'worker-0'?"));
  EXPECT_FALSE(std::filesystem::exists(folder_));
  EXPECT_EQ(run({"issue"}), base::kExitUsage);
}

}  // namespace
}  // namespace pki::command
