#include "provisioner/command/plan.h"

#include <nlohmann/json.hpp>

#include "tests/unit/provisioner/command/command_test.h"

namespace provisioner::command {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;

using PlanCommandTest = CommandTest;

TEST_F(PlanCommandTest, TellsWhatWouldBeDone) {
  EXPECT_EQ(run("plan -c CONFIG"), base::kExitOk);
  EXPECT_THAT(out_.str(), AllOf(HasSubstr("+ bridge"), HasSubstr("worker-0\n  + machine"), HasSubstr(" to create, ")));
  EXPECT_FALSE(std::filesystem::exists(folder_.path() / "made"));
}

TEST_F(PlanCommandTest, TellsItToProgramsToo) {
  EXPECT_EQ(run("plan -c CONFIG --json --detailed-exitcode"), kExitDifferences);
  EXPECT_GT(nlohmann::json::parse(out_.str())["create"], 2);
}

TEST_F(PlanCommandTest, EndsWithNoughtWhereNothingIsToBeDone) {
  write_yaml("apiVersion: keepstate/v1\nkind: Cluster\nmetadata: {name: lab}\nspec: {}\n");
  EXPECT_EQ(run("plan -c CONFIG --detailed-exitcode"), base::kExitOk) << err_.str();
  EXPECT_THAT(out_.str(), HasSubstr("nothing to do"));
}

TEST_F(PlanCommandTest, SaysWhyItCannot) {
  host_.answer("ip -j -d address show", R"([{"ifname":"bridge1","flags":[],"addr_info":[]}])");
  EXPECT_EQ(run("plan -c CONFIG"), base::kExitFailed);
  EXPECT_THAT(err_.str(), HasSubstr("bridge1 is an interface of this host, and no bridge"));
}

}  // namespace
}  // namespace provisioner::command
