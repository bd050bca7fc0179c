#include "provisioner/command/status.h"

#include "tests/unit/provisioner/command/command_test.h"

namespace provisioner::command {
namespace {

using ::testing::HasSubstr;

using StatusCommandTest = CommandTest;

TEST_F(StatusCommandTest, EndsWithOneWhereSomethingIsWrong) {
  EXPECT_EQ(run("status -c CONFIG"), base::kExitFailed);
  EXPECT_THAT(out_.str(), HasSubstr("worker-0      worker"));
  EXPECT_EQ(run("status -c CONFIG --json"), base::kExitFailed);
  EXPECT_THAT(out_.str(), HasSubstr(R"("vipOwner": "nobody on this host")"));
}

TEST_F(StatusCommandTest, TellsWhatARebootWouldLose) {
  EXPECT_EQ(run("status -c CONFIG --after-reboot"), base::kExitFailed);
  EXPECT_THAT(out_.str(), HasSubstr("60-keepstate-lab.netdev is not as it should be: apply"));
  EXPECT_EQ(run("status -c CONFIG --after-reboot --json"), base::kExitFailed);
  EXPECT_THAT(out_.str(), HasSubstr("\"missingAfterReboot\": ["));
}

}  // namespace
}  // namespace provisioner::command
