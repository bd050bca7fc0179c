#include "lb/control/controller.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <functional>
#include <iterator>
#include <utility>

#include "tests/unit/lb/control/controller_fixture.h"
#include "tests/unit/lb/policy/picks.h"

namespace lb::control {
namespace {

using ::testing::HasSubstr;

TEST_F(ControllerTest, BeginsWithEveryBackendUpAndTheFirstGeneration) {
  const auto snapshot = controller_.snapshot();
  ASSERT_TRUE(snapshot);
  EXPECT_EQ(snapshot->generation, 1U);
  EXPECT_EQ(snapshot->max_connections, 500U);
  ASSERT_EQ(snapshot->pools.size(), 2U);
  EXPECT_FALSE(snapshot->pools[0].fail_open);
  EXPECT_EQ(snapshot->pools[0].backends[1]->name(), "controller-1");
  EXPECT_EQ(snapshot->pools[0].backends[1]->counters().size(), 3U);
  EXPECT_NE(snapshot->pools[0].backends[0], snapshot->pools[1].backends[0]);  // each listener counts for itself
  EXPECT_EQ(view({0, 2}).condition, Condition::kUp);
  EXPECT_TRUE(published_.empty());
}

TEST_F(ControllerTest, PublishesOnceAChangeAndNothingForARepeatedVerdict) {
  set_up({0, 0}, "is up already");
  EXPECT_TRUE(published_.empty());
  set_down({0, 0}, "refused");
  set_down({0, 0}, "refused");
  ASSERT_EQ(published_.size(), 1U);
  EXPECT_EQ(published_[0]->generation, 2U);
  EXPECT_EQ(published_[0], controller_.snapshot());
  set_up({0, 0}, "connected");
  set_up({0, 0}, "connected");
  ASSERT_EQ(published_.size(), 2U);
  EXPECT_EQ(published_[1]->generation, 3U);
  EXPECT_EQ(published_[0]->generation, 2U);  // what was published stays as it was
}

TEST_F(ControllerTest, CarriesTheBackendsOverByIdentity) {
  const auto before = controller_.snapshot();
  before->pools[0].backends[0]->counters(2).sessions.add(7);
  set_down({0, 0}, "refused");
  EXPECT_EQ(controller_.snapshot()->pools[0].backends, before->pools[0].backends);
  EXPECT_EQ(controller_.listeners()[0].backends[0].state->counters()[2].sessions.value(), 7U);
}

TEST_F(ControllerTest, FailsOpenWithTheLastBackendAndClosesWithTheFirst) {
  set_down({0, 0}, "refused");
  EXPECT_FALSE(controller_.listeners()[0].fail_open);
  const std::string opened = log_of([&] { set_down({0, 1}, "timed out"); });
  EXPECT_TRUE(controller_.listeners()[0].fail_open);
  EXPECT_TRUE(controller_.snapshot()->pools[0].fail_open);
  EXPECT_FALSE(controller_.listeners()[1].fail_open);
  EXPECT_THAT(opened, HasSubstr("backend controller-1 of listener kube-apiserver is down: timed out"));
  EXPECT_THAT(opened, HasSubstr("no backend of listener kube-apiserver is up: those that drain are used, then those "
                                "that are down (fail open)"));

  const std::string closed = log_of([&] { set_up({0, 0}, "connect succeeded"); });
  EXPECT_FALSE(controller_.listeners()[0].fail_open);
  EXPECT_FALSE(controller_.snapshot()->pools[0].fail_open);
  EXPECT_THAT(closed, HasSubstr("backend controller-0 of listener kube-apiserver is up: connect succeeded"));
  EXPECT_THAT(closed, HasSubstr("listener kube-apiserver has a backend that is up again: health counts again"));
}

TEST_F(ControllerTest, SaysItOnceAsLongAsItLasts) {
  set_down({0, 0}, "refused");
  set_down({0, 1}, "refused");
  EXPECT_EQ(log_of([&] { set_down({0, 1}, "refused"); }), "");
  EXPECT_EQ(log_of([&] { set_down({0, 2}, "refused"); }).find("fail open"), std::string::npos);
}

TEST_F(ControllerTest, KnowsWhyAndSinceWhen) {
  clock_.advance(std::chrono::seconds{5});
  set_draining({0, 0}, "GET /readyz: 500");
  const auto at = clock_.now();
  clock_.advance(std::chrono::seconds{5});
  EXPECT_EQ(view({0, 0}).condition, Condition::kDraining);
  EXPECT_EQ(view({0, 0}).reason, "GET /readyz: 500");
  EXPECT_EQ(view({0, 0}).since, at);
  EXPECT_EQ(view({0, 1}).reason, "not checked yet");
}

TEST_F(ControllerTest, MaintenanceIsAboveAllElseUntilItIsLeft) {
  const std::string entered = log_of([&] {
    controller_.set_operator_state({0, 0}, Condition::kMaintenance, "new disk");
  });
  EXPECT_THAT(entered, HasSubstr("backend controller-0 of listener kube-apiserver is in maintenance: new disk"));
  set_down({0, 0}, "refused");
  EXPECT_EQ(view({0, 0}).condition, Condition::kMaintenance);
  EXPECT_EQ(view({0, 0}).reason, "new disk");
  EXPECT_EQ(published_.size(), 1U);
  EXPECT_THAT(log_of([&] {
                controller_.set_operator_state({0, 0}, std::nullopt, "done");
              }),
              HasSubstr("is down: refused"));
  EXPECT_EQ(view({0, 0}).condition, Condition::kDown);
  EXPECT_EQ(view({0, 0}).reason, "refused");
  EXPECT_EQ(published_.size(), 2U);
}

TEST_F(ControllerTest, AnEjectedBackendDrainsWhileItsChecksSayUp) {
  controller_.eject({0, 0}, "3 silent in a row");
  EXPECT_EQ(view({0, 0}).condition, Condition::kDraining);
  EXPECT_EQ(view({0, 0}).reason, "3 silent in a row");
  EXPECT_EQ(view({0, 0}).checked, Condition::kUp);
  set_draining({0, 0}, "GET /readyz: 500");
  EXPECT_EQ(view({0, 0}).reason, "GET /readyz: 500");
  set_up({0, 0}, "GET /readyz: 200");
  EXPECT_EQ(view({0, 0}).condition, Condition::kDraining);
  EXPECT_THAT(log_of([&] { controller_.readmit({0, 0}, "10s are over"); }), HasSubstr("is up: 10s are over"));
  EXPECT_EQ(view({0, 0}).condition, Condition::kUp);
}

TEST_F(ControllerTest, ChecksThatSawItGoDownAndComeBackEndAnEjection) {
  controller_.eject({0, 0}, "5 refused in a row");
  set_down({0, 0}, "refused");
  EXPECT_EQ(view({0, 0}).condition, Condition::kDown);
  EXPECT_EQ(view({0, 0}).reason, "refused");
  set_up({0, 0}, "GET /readyz: 200");
  EXPECT_EQ(view({0, 0}).condition, Condition::kUp);
  EXPECT_FALSE(view({0, 0}).ejection);
}

TEST_F(ControllerTest, SessionsOfABackendThatWentDownEndOnceAnotherOneIsSeenUp) {
  set_down({0, 0}, "silence");
  EXPECT_EQ(cut_by(published_.back()), "");
  pass({1, 0});  // another listener's
  pass({0, 2});  // takes no sessions
  fail({0, 0});
  EXPECT_TRUE(controller_.condemned(0).empty());
  pass({0, 1});
  EXPECT_EQ(controller_.condemned(0), std::vector{(BackendId{0, 0})});
  EXPECT_EQ(published_.size(), 1U);  // it may have come back, as all of the network has
  fail({0, 0});
  ASSERT_EQ(published_.size(), 2U);
  EXPECT_EQ(cut_by(published_.back()), "controller-0 ");
  pass({0, 1});
  fail({0, 0});
  EXPECT_EQ(published_.size(), 2U);  // once
  set_draining({0, 1}, "GET /readyz: 500");
  EXPECT_EQ(cut_by(published_.back()), "");
}

TEST_F(ControllerTest, NothingIsCutWhileNoOtherOneIsUp) {
  set_draining({0, 1}, "GET /readyz: 500");
  set_down({0, 0}, "silence");
  pass({0, 1});
  EXPECT_EQ(cut_by(published_.back()), "");
  fail({0, 0});
  EXPECT_EQ(cut_by(published_.back()), "");
  set_up({0, 1}, "GET /readyz: 200");  // also later
  pass({0, 1});
  fail({0, 0});
  EXPECT_EQ(cut_by(published_.back()), "controller-0 ");
}

TEST_F(ControllerTest, NothingIsCutWhenItCameBackMeanwhile) {
  set_down({0, 0}, "silence");
  set_draining({0, 0}, "GET /readyz: 500");
  pass({0, 1});
  EXPECT_EQ(cut_by(published_.back()), "");
}

TEST_F(ControllerTest, AnyAnswerClearsABackendLongBeforeItIsUp) {
  // The host's own network was away: both are down, and then both answer, the one a little sooner.
  set_down({0, 0}, "silence");
  set_down({0, 1}, "silence");
  pass({0, 0});
  pass({0, 1});
  set_up({0, 1}, "GET /readyz: 200");
  pass({0, 1});
  EXPECT_TRUE(controller_.condemned(0).empty());
  fail({0, 0});
  EXPECT_EQ(cut_by(published_.back()), "");
}

TEST_F(ControllerTest, ACondemnedBackendIsSparedWhenTheOtherOneIsGoneMeanwhile) {
  set_down({0, 0}, "silence");
  pass({0, 1});
  set_down({0, 1}, "silence");
  fail({0, 0});
  EXPECT_EQ(cut_by(published_.back()), "");
}

TEST_F(ControllerTest, AStatusCutsNothing) {
  set_draining({0, 0}, "GET /readyz: 500");
  pass({0, 1});
  EXPECT_EQ(cut_by(published_.back()), "");
}

TEST_F(ControllerTest, NothingIsCutWhereSessionsAreToBeKept) {
  auto config = sample_config({1, 1});
  config.listeners[0].on_down = cluster::OnDown::kKeep;
  Controller keeping(config, 1, 10, clock_, log_);
  keeping.set_condition({0, 0}, Condition::kDown, "silence");
  keeping.note_check({0, 1}, CheckOutcome::kPassed);
  keeping.note_check({0, 0}, CheckOutcome::kFailed);
  EXPECT_EQ(cut_by(keeping.snapshot()), "");
  EXPECT_EQ(keeping.snapshot()->generation, 2U);
}

TEST_F(ControllerTest, CountsChecksByWhatCameOfThem) {
  pass({0, 0});
  controller_.note_check({0, 0}, CheckOutcome::kDiscarded);
  pass({0, 0});
  EXPECT_THAT(view({0, 0}).checks, ::testing::ElementsAre(2, 0, 0, 1));
}

TEST_F(ControllerTest, WorksWithNobodyToPublishTo) {
  Controller alone(sample_config({1}), 1, 10, clock_, log_);
  alone.set_condition({0, 0}, Condition::kDown, "refused");
  EXPECT_EQ(alone.snapshot()->generation, 2U);
}

TEST_F(ControllerTest, HandsOnWhatIsKnownAboutWhoComes) {
  config::Config config = two_listeners();
  config.listeners[0].sticky = cluster::Sticky{.max_entries = 100};
  Controller controller(config, 1, 10, clock_, log_);
  const auto table = controller.snapshot()->pools[0].sources.sticky;
  ASSERT_TRUE(table);
  controller.set_condition({0, 0}, Condition::kDown, "refused");
  EXPECT_EQ(controller.snapshot()->pools[0].sources.sticky, table);
  EXPECT_FALSE(controller.snapshot()->pools[1].sources.sticky);
}

TEST_F(ControllerTest, TellsEachBackendHowManyItTakes) {
  config::Config config = two_listeners();
  config.listeners[0].backends[1].max_connections = 7;
  const Controller controller(config, 1, 10, clock_, log_);
  EXPECT_EQ(controller.snapshot()->pools[0].backends[0]->most_sessions(), 0U);
  EXPECT_EQ(controller.snapshot()->pools[0].backends[1]->most_sessions(), 7U);
}

// Backends of weight 1 and 1, the second of which came back.
TEST_F(ControllerTest, RampsABackendThatCameBackUntilItHasItsShare) {
  config::Config config = sample_config({1, 1});
  config.listeners[0].slow_start = std::chrono::seconds{30};
  Controller controller(config, 1, 10, clock_, log_);
  std::vector<std::chrono::milliseconds> scheduled;
  controller.schedule_by([&](std::chrono::milliseconds after) { scheduled.push_back(after); });
  const auto share = [&] {
    const auto counts = policy::count_picks(*controller.snapshot()->pools[0].tiers[0], 2, 3);
    return static_cast<double>(counts[1]) / static_cast<double>(counts[0]);
  };
  EXPECT_NEAR(share(), 1, 0.05);  // it was up from the beginning
  controller.set_condition({0, 1}, Condition::kDraining, "readyz says 500");
  controller.set_condition({0, 1}, Condition::kUp, "readyz says 200");
  EXPECT_NEAR(share(), 1, 0.05);  // and is as warm as before
  controller.set_condition({0, 1}, Condition::kDown, "refused");
  EXPECT_TRUE(scheduled.empty());
  controller.set_condition({0, 1}, Condition::kUp, "connected");
  std::vector<double> shares{share()};
  while (scheduled.size() == shares.size()) {
    clock_.advance(scheduled.back());
    controller.refresh();
    shares.push_back(share());
  }
  EXPECT_EQ(shares.size(), 11U);  // the first, and ten steps of 3 s
  EXPECT_NEAR(shares.front(), 0.1, 0.02);
  EXPECT_NEAR(shares[5], 0.55, 0.05);
  EXPECT_NEAR(shares.back(), 1, 0.05);
  EXPECT_TRUE(std::ranges::is_sorted(shares.begin(), std::prev(shares.end())));
}

TEST_F(ControllerTest, RampsAnEjectedBackendAndOneThatWasInMaintenance) {
  config::Config config = sample_config({1, 1});
  config.listeners[0].slow_start = std::chrono::seconds{30};
  Controller controller(config, 1, 10, clock_, log_);
  bool scheduled = false;
  controller.schedule_by([&](std::chrono::milliseconds) { scheduled = true; });
  controller.eject({0, 1}, "silent");
  EXPECT_FALSE(scheduled);
  controller.readmit({0, 1}, "its time is over");
  EXPECT_TRUE(std::exchange(scheduled, false));
  clock_.advance(std::chrono::seconds{30});
  controller.refresh();
  EXPECT_FALSE(scheduled);
  controller.set_operator_state({0, 1}, Condition::kMaintenance, "upgrade");
  controller.set_operator_state({0, 1}, std::nullopt, "done");
  EXPECT_TRUE(scheduled);
}

}  // namespace
}  // namespace lb::control
