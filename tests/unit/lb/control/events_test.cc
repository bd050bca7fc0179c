#include "lb/control/events.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "lb/control/controller.h"
#include "tests/unit/lb/manual_clock.h"
#include "tests/unit/lb/sample_config.h"

namespace lb::control {
namespace {

using ::testing::HasSubstr;

TEST(Events, AreGivenNewestFirstWithTheirTime) {
  ManualClock clock;
  Events events(clock);
  const base::SteadyTime first = clock.now();
  events.note(Event::Level::kInfo, "one");
  clock.advance(std::chrono::seconds{2});
  events.note(Event::Level::kWarn, "two");
  const auto newest = events.newest(10);
  ASSERT_EQ(newest.size(), 2U);
  EXPECT_EQ(newest[0].text, "two");
  EXPECT_EQ(newest[0].level, Event::Level::kWarn);
  EXPECT_EQ(newest[1].text, "one");
  EXPECT_EQ(newest[1].time, first);
  EXPECT_EQ(events.newest(1).size(), 1U);
}

TEST(Events, TheOldestGoFirst) {
  const ManualClock clock;
  Events events(clock);
  for (std::size_t i = 0; i < Events::kKept + 5; ++i) events.note(Event::Level::kInfo, std::to_string(i));
  const auto newest = events.newest(1000);
  ASSERT_EQ(newest.size(), Events::kKept);
  EXPECT_EQ(newest.front().text, std::to_string(Events::kKept + 4));
  EXPECT_EQ(newest.back().text, "5");
}

TEST(Events, HoldWhatTheControllerLogs) {
  const ManualClock clock;
  const base::Log log(base::Log::Level::kOff);
  Controller controller(sample_config({1}), 1, 100, clock, log);
  controller.set_condition({0, 0}, backend::Condition::kDown, "refused");
  controller.set_weight({0, 0}, 3);
  controller.note_event(Event::Level::kError, "something else");
  const auto events = controller.events().newest(10);
  ASSERT_EQ(events.size(), 4U);
  EXPECT_EQ(events[0].text, "something else");
  EXPECT_EQ(events[0].level, Event::Level::kError);
  EXPECT_EQ(events[1].text, "backend controller-0 of listener kube-apiserver has weight 3 now, after 1");
  EXPECT_THAT(events[2].text, HasSubstr("no backend of listener kube-apiserver is up"));
  EXPECT_EQ(events[3].text, "backend controller-0 of listener kube-apiserver is down: refused");
  EXPECT_EQ(events[3].level, Event::Level::kWarn);
}

TEST(Events, LevelsHaveNames) {
  EXPECT_EQ(to_string(Event::Level::kInfo), "info");
  EXPECT_EQ(to_string(Event::Level::kWarn), "warn");
  EXPECT_EQ(to_string(Event::Level::kError), "error");
}

}  // namespace
}  // namespace lb::control
