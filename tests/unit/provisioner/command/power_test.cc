#include "provisioner/command/power.h"

#include "tests/unit/provisioner/command/command_test.h"

namespace provisioner::command {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::Not;

using PowerCommandTest = CommandTest;

TEST_F(PowerCommandTest, StartsWhatIsNamedAndNothingElse) {
  EXPECT_EQ(run("start -c CONFIG worker-0 --dry-run"), base::kExitOk) << err_.str();
  EXPECT_THAT(out_.str(), AllOf(HasSubstr("machine worker-0"), Not(HasSubstr("machine controller-0"))));
}

TEST_F(PowerCommandTest, StopsWhatRunsAndNothingElse) {
  const auto cluster = load(config_, err_).value();
  const std::string made = (folder_.path() / "made").string();
  ASSERT_TRUE(step::Ledger::open(host_, made + "/made.json").value()->claim({"machine", "worker-0", "qemu"}));
  host_.run_machine(cluster, "worker-0");
  EXPECT_EQ(run("stop -c CONFIG worker-0 --dry-run"), base::kExitOk) << err_.str();
  EXPECT_THAT(out_.str(), HasSubstr("~ machine worker-0: is to be off"));
  EXPECT_EQ(run("stop -c CONFIG controller-0 --dry-run"), base::kExitOk) << err_.str();
  EXPECT_THAT(out_.str(), Not(HasSubstr("~ machine")));
}

TEST_F(PowerCommandTest, WantsNamesThatTheClusterHas) {
  EXPECT_EQ(run("restart -c CONFIG"), base::kExitUsage);
  EXPECT_EQ(run("resize -c CONFIG worker-9 --dry-run"), base::kExitUsage);
  EXPECT_THAT(err_.str(), HasSubstr("has no machine 'worker-9'"));
}

TEST_F(PowerCommandTest, WantsEachNameOnce) {
  EXPECT_EQ(run("start -c CONFIG worker-0 worker-0"), base::kExitUsage);
  EXPECT_THAT(err_.str(), HasSubstr("a machine is named twice"));
}

TEST_F(PowerCommandTest, PowersDownWhatDoesNotRun) {
  EXPECT_EQ(run("power-down /nonexistent/machines/x"), base::kExitUsage);
  EXPECT_THAT(err_.str(), HasSubstr("/nonexistent/machines/x is no machine's folder"));
  ASSERT_TRUE(host_.make_folder("/srv/lab/machines/worker-0", 0700));
  EXPECT_EQ(run("power-down /srv/lab/machines/worker-0"), base::kExitOk);
}

}  // namespace
}  // namespace provisioner::command
