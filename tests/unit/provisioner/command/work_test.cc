#include "provisioner/command/work.h"

#include "provisioner/step/steps.h"
#include "tests/unit/provisioner/command/command_test.h"

namespace provisioner::command {
namespace {

using ::testing::HasSubstr;

class WorkTest : public CommandTest {
 protected:
  base::ExitCode do_work(const WorkOptions& options) {
    std::filesystem::create_directories(cluster_.hypervisor.folder);
    const Surroundings surroundings{
        .host = host_, .streams = {out_, err_}, .clock = clock_, .interrupted = interrupted_, .is_root = true};
    const Planner planner = [](const step::Ledger&) -> base::Result<step::Plan> {
      step::Plan plan;
      step::Change& change = plan.emplace_back(
          step::Change{.action = step::Action::kCreate, .kind = "thing", .name = "one", .why = "is not there"});
      change.steps.push_back(std::make_unique<step::RunCommand>(step::Command{{"make-it"}}));
      return plan;
    };
    return work(cluster_, options, planner, surroundings);
  }

  const cluster::Cluster cluster_ = load(config_, err_).value();
};

TEST_F(WorkTest, ShowsDoesAndTells) {
  EXPECT_EQ(do_work({.doing = "apply", .is_sure = true}), base::kExitOk);
  EXPECT_EQ(out_.str(),
            "host\n  + thing  one  is not there\n1 to create, 0 to change, 0 to remove; 0 things are as wanted\ndone: "
            "1 of 1\n");
  EXPECT_THAT(host_.calls(), ::testing::ElementsAre("make-it"));
}

TEST_F(WorkTest, TellsWhatFailed) {
  host_.answer("make-it", "no space", 1);
  EXPECT_EQ(do_work({.doing = "apply", .is_sure = true}), base::kExitFailed);
  EXPECT_THAT(err_.str(), HasSubstr("keepstate-provisioner: thing one: "));
  EXPECT_THAT(err_.str(), HasSubstr("0 done, 1 failed, 0 not begun; `apply` again goes on from there"));
}

TEST_F(WorkTest, BeginsNothingOnceInterrupted) {
  interrupted_ = true;
  EXPECT_EQ(do_work({.doing = "apply", .is_sure = true}), base::kExitFailed);
  EXPECT_THAT(err_.str(), HasSubstr("interrupted: 0 done, 0 failed, 1 not begun"));
  EXPECT_THAT(host_.calls(), ::testing::IsEmpty());
}

}  // namespace
}  // namespace provisioner::command
