#include "provisioner/command/render.h"

#include "tests/unit/provisioner/command/command_test.h"

namespace provisioner::command {
namespace {

using ::testing::HasSubstr;

using RenderCommandTest = CommandTest;

TEST_F(RenderCommandTest, WritesTheFilesAndTheirList) {
  EXPECT_EQ(run("render -c CONFIG /out"), base::kExitOk) << err_.str();
  EXPECT_THAT(out_.str(), HasSubstr(" files in /out\n"));
  EXPECT_THAT(err_.str(), HasSubstr("the key that we log in with is not made yet"));
  EXPECT_THAT(host_.content("/out/cloud-init/worker-0/meta-data"), HasSubstr("local-hostname: \"worker-0\""));
  EXPECT_THAT(host_.content("/out/RENDERED"), HasSubstr("\ncloud-init/worker-0/meta-data\n"));
}

TEST_F(RenderCommandTest, UsesTheKeyThatIsThere) {
  host_.put(folder_.path() / "made/ssh/id_ed25519.pub", "ssh-ed25519 AAAAmine x\n");
  EXPECT_EQ(run("render -c CONFIG /out"), base::kExitOk);
  EXPECT_EQ(err_.str(), "");
  EXPECT_THAT(host_.content("/out/cloud-init/worker-0/user-data"), HasSubstr("ssh-ed25519 AAAAmine x"));
}

TEST_F(RenderCommandTest, RemovesItsOwnFilesThatAreWantedNoMore) {
  ASSERT_EQ(run("render -c CONFIG /out"), base::kExitOk);
  host_.put("/out/mine", "x");
  write_yaml(plan::lab_yaml((folder_.path() / "made").string(), ""));
  ASSERT_EQ(run("render -c CONFIG /out"), base::kExitOk);
  EXPECT_FALSE(host_.exists("/out/cloud-init/worker-0/meta-data"));
  EXPECT_TRUE(host_.exists("/out/cloud-init/controller-0/meta-data"));
  EXPECT_TRUE(host_.exists("/out/mine"));
}

TEST_F(RenderCommandTest, LeavesFoldersOfOthersAlone) {
  host_.put("/etc/passwd", "root");
  const auto before = host_.files();
  EXPECT_EQ(run("render -c CONFIG /etc"), base::kExitFailed);
  EXPECT_THAT(err_.str(), HasSubstr("/etc is not empty, and not made by render"));
  EXPECT_EQ(host_.files(), before);
}

TEST_F(RenderCommandTest, ServesTheOtherSystemToo) {
  EXPECT_EQ(run("render -c CONFIG --system freebsd /out"), base::kExitOk) << err_.str();
  EXPECT_TRUE(host_.exists("/out/cbsd/worker-0.jconf"));
  EXPECT_EQ(run("render -c CONFIG --system plan9 /out"), base::kExitUsage);
}

}  // namespace
}  // namespace provisioner::command
