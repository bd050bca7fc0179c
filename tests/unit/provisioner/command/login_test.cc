#include "provisioner/command/login.h"

#include "tests/unit/provisioner/command/command_test.h"

namespace provisioner::command {
namespace {

using ::testing::AllOf;
using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::HasSubstr;

using LoginTest = CommandTest;

TEST_F(LoginTest, BecomesSsh) {
  EXPECT_EQ(run("ssh -c CONFIG worker-0 -- ls -l"), base::kExitOk) << err_.str();
  ASSERT_GE(became_.size(), 4U);
  EXPECT_EQ(became_.front(), "ssh");
  EXPECT_EQ((std::vector<std::string>(became_.end() - 3, became_.end())),
            (std::vector<std::string>{"10.10.0.21", "ls", "-l"}));
  EXPECT_THAT(became_, Contains("HostKeyAlias=worker-0"));
  EXPECT_EQ(run("ssh -c CONFIG worker-7"), base::kExitUsage);
}

TEST_F(LoginTest, PrintsWhatSshNeedsToKnow) {
  EXPECT_EQ(run("ssh-config -c CONFIG"), base::kExitOk);
  EXPECT_THAT(out_.str(),
              AllOf(HasSubstr("Host worker-0 worker-0.lab.home.arpa\n  HostName 10.10.0.21\n  User keepstate\n"),
                    HasSubstr("  HostKeyAlias controller-0\n")));
}

TEST_F(LoginTest, HasNoConsoleWhereNothingRuns) {
  EXPECT_EQ(run("console -c CONFIG worker-0"), base::kExitFailed);
  EXPECT_THAT(err_.str(), HasSubstr("worker-0 has no console now"));
}

TEST_F(LoginTest, LeavesConsolesOfCbsdToCbsd) {
  world_.system = step::System::kFreebsd;
  std::string yaml = plan::lab_yaml((folder_.path() / "made").string());
  yaml.replace(yaml.find("type: qemu"), 10, "type: cbsd");
  write_yaml(yaml);
  EXPECT_EQ(run("console -c CONFIG worker-0"), base::kExitOk) << err_.str();
  EXPECT_THAT(became_, ElementsAre("cbsd", "blogin", "worker-0"));
}

}  // namespace
}  // namespace provisioner::command
