#include "provisioner/command/push.h"

#include "tests/unit/provisioner/command/command_test.h"

namespace provisioner::command {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::Not;

class PushCommandTest : public CommandTest {
 protected:
  PushCommandTest() { host_.answer("ssh", "unit kubelet.service inactive disabled\nmember no\n"); }
};

TEST_F(PushCommandTest, PipesTheBundleIntoEachMachine) {
  EXPECT_EQ(run("push -c CONFIG --pki /pki --dry-run"), base::kExitOk) << err_.str();
  EXPECT_THAT(out_.str(), AllOf(HasSubstr("keepstate-pki bundle"), HasSubstr("worker-0"), HasSubstr("controller-0")));
}

TEST_F(PushCommandTest, TakesTheProgramBesideItself) {
  world_.qemu.program = "/opt/bin/keepstate-provisioner";
  host_.put("/opt/bin/keepstate-pki", "");
  EXPECT_EQ(run("push -c CONFIG --pki /pki worker-0 --dry-run"), base::kExitOk) << err_.str();
  EXPECT_THAT(out_.str(), AllOf(HasSubstr("/opt/bin/keepstate-pki bundle"), Not(HasSubstr("controller-0:"))));
}

TEST_F(PushCommandTest, SaysWhoDoesNotAnswer) {
  host_.answer("ssh", "Connection refused", 255);
  EXPECT_EQ(run("push -c CONFIG --pki /pki --dry-run"), base::kExitFailed);
  EXPECT_THAT(err_.str(), HasSubstr("Connection refused"));
  EXPECT_EQ(run("push -c CONFIG"), base::kExitUsage);
  EXPECT_THAT(err_.str(), HasSubstr("--pki is required"));
}

}  // namespace
}  // namespace provisioner::command
