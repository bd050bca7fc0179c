#include "provisioner/commands.h"

#include "tests/unit/provisioner/command/command_test.h"

namespace provisioner {
namespace {

using ::testing::HasSubstr;

using CommandsTest = command::CommandTest;

TEST_F(CommandsTest, TellVersionAndHelp) {
  EXPECT_EQ(run("--version"), base::kExitOk);
  EXPECT_EQ(out_.str(), "keepstate-provisioner " KEEPSTATE_VERSION "\n");
  EXPECT_EQ(run("--help"), base::kExitOk);
  for (const char* name : {"check", "plan", "apply", "status", "ssh", "ssh-config", "console", "start", "stop",
                           "restart", "resize", "power-down", "push", "render", "import", "destroy"}) {
    EXPECT_THAT(out_.str(), HasSubstr(std::string("\n  ") + name + " "));
  }
}

TEST_F(CommandsTest, GuessWhatWasMeant) {
  EXPECT_EQ(run("aply -c CONFIG"), base::kExitUsage);
  EXPECT_THAT(err_.str(), HasSubstr("'aply' is not known (did you mean 'apply'?)"));
  EXPECT_EQ(run("apply -c CONFIG --dryrun"), base::kExitUsage);
  EXPECT_THAT(err_.str(), HasSubstr("'--dryrun' is not known (did you mean '--dry-run'?)"));
}

TEST_F(CommandsTest, RefuseAFileThatIsNotThere) {
  EXPECT_EQ(run("check -c /nonexistent/cluster.yaml"), base::kExitUsage);
  EXPECT_THAT(err_.str(), HasSubstr("/nonexistent/cluster.yaml"));
}

}  // namespace
}  // namespace provisioner
