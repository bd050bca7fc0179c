#include "provisioner/plan/plan_text.h"

#include <gmock/gmock.h>

#include <nlohmann/json.hpp>

#include "provisioner/step/steps.h"

namespace provisioner::plan {
namespace {

using step::Action;
using step::Phase;

step::Plan some_plan() {
  step::Plan plan;
  plan.push_back({.action = Action::kCreate,
                  .kind = "machine",
                  .name = "worker-0",
                  .why = "is not there",
                  .phase = Phase::kMachine,
                  .machine = "worker-0"});
  plan.back().steps.push_back(std::make_unique<step::RunCommand>(step::Command{{"start", "worker-0"}}));
  plan.push_back({.action = Action::kChange, .kind = "bridge", .name = "bridge1", .why = "has no address\nat all"});
  plan.back().steps.push_back(std::make_unique<step::RunCommand>(step::Command{{"ip", "address", "add"}}));
  plan.push_back({.action = Action::kSame, .kind = "nat", .name = "em0"});
  plan.push_back({.action = Action::kRemove,
                  .kind = "machine",
                  .name = "worker-1",
                  .why = "is in the file no more",
                  .phase = Phase::kMachine,
                  .machine = "worker-1"});
  return plan;
}

TEST(PlanText, TellsTheHostFirstAndThenEachMachine) {
  auto plan = some_plan();
  plan[1].why = "has no address";
  EXPECT_EQ(to_text(plan, Telling::kAll),
            "host\n"
            "  ~ bridge   bridge1   has no address\n"
            "  = nat      em0\n"
            "worker-0\n"
            "  + machine  worker-0  is not there\n"
            "worker-1\n"
            "  - machine  worker-1  is in the file no more\n"
            "1 to create, 1 to change, 1 to remove; 1 thing is as wanted\n");
}

TEST(PlanText, LeavesOutWhatIsTheSame) {
  auto plan = some_plan();
  EXPECT_THAT(to_text(plan, Telling::kDifferences), ::testing::Not(::testing::HasSubstr("em0")));
  plan.erase(plan.begin() + 3);
  plan.erase(plan.begin(), plan.begin() + 2);
  EXPECT_EQ(to_text(plan, Telling::kDifferences), "nothing to do: 1 thing is as wanted\n");
  EXPECT_TRUE(count(plan).nothing_to_do());
}

TEST(PlanText, IsAlsoJson) {
  const auto json = nlohmann::json::parse(to_json(some_plan()));
  EXPECT_EQ(json["create"], 1);
  EXPECT_EQ(json["remove"], 1);
  EXPECT_EQ(json["changes"][0]["action"], "create");
  EXPECT_EQ(json["changes"][0]["machine"], "worker-0");
  EXPECT_EQ(json["changes"][1]["why"], "has no address\nat all");
}

TEST(PlanText, IsAScriptInTheOrderOfPhases) {
  EXPECT_EQ(to_script(some_plan()),
            "#!/bin/sh\n# What would be done, in its order. Nothing was changed.\nset -eu\n"
            "\n# ~ bridge bridge1: has no address at all\nip address add\n"
            "\n# + machine worker-0: is not there\nstart worker-0\n");
}

}  // namespace
}  // namespace provisioner::plan
