// What changes from outside while the controller is at work: the file, and what the operator says.
#include "tests/unit/lb/control/controller_fixture.h"

namespace lb::control {
namespace {

TEST_F(ControllerTest, KeepsWhatIsKnownOfBackendsThatAreStillThere) {
  set_down({0, 1}, "refused");
  controller_.set_operator_state({0, 2}, Condition::kDraining, "new disk");
  const auto listener = controller_.listeners()[0].state;
  const auto kept = view({0, 1}).state;
  auto changed = two_listeners();
  std::swap(changed.listeners[0].backends[0], changed.listeners[0].backends[1]);
  controller_.reload(changed, 100);
  EXPECT_EQ(controller_.listeners()[0].state, listener);
  EXPECT_EQ(view({0, 0}).state, kept);
  EXPECT_EQ(view({0, 0}).condition, Condition::kDown);
  EXPECT_EQ(view({0, 0}).reason, "refused");
  EXPECT_EQ(view({0, 1}).condition, Condition::kUp);
  EXPECT_EQ(view({0, 2}).condition, Condition::kDraining);
  EXPECT_EQ(view({0, 2}).reason, "new disk");
}

TEST_F(ControllerTest, WhoIsNewHasToShowThatItIsThere) {
  auto changed = two_listeners();
  changed.listeners[0].backends.push_back(
      {.name = "late", .address = *base::SocketAddress::parse("10.10.0.99:6443"), .weight = 1});
  controller_.reload(changed, 100);
  EXPECT_EQ(view({0, 3}).condition, Condition::kDraining);
  EXPECT_EQ(view({0, 3}).reason, "not checked yet");
  changed.listeners[0].health_check.kind = cluster::HealthCheckKind::kNone;
  changed.listeners[0].backends.back().name = "later";
  controller_.reload(changed, 100);
  EXPECT_EQ(view({0, 3}).condition, Condition::kUp);  // nobody will ever ask
}

TEST_F(ControllerTest, WithoutChecksABackendIsTakenForUpWhateverTheyHaveSaid) {
  set_down({0, 1}, "refused");
  auto changed = two_listeners();
  changed.listeners[0].backends.push_back(
      {.name = "late", .address = *base::SocketAddress::parse("10.10.0.99:6443"), .weight = 1});
  controller_.reload(changed, 100);
  EXPECT_EQ(view({0, 3}).condition, Condition::kDraining);
  changed.listeners[0].health_check.kind = cluster::HealthCheckKind::kNone;
  clock_.advance(std::chrono::seconds{9});
  const std::string log = log_of([&] { controller_.reload(changed, 100); });
  for (const std::size_t i : {0U, 1U, 3U}) {
    EXPECT_EQ(view({0, i}).condition, Condition::kUp);
    EXPECT_EQ(view({0, i}).reason, BackendView().reason);
    EXPECT_FALSE(view({0, i}).was_checked);
  }
  EXPECT_EQ(view({0, 1}).since, clock_.now());
  EXPECT_NE(log.find("backend controller-1 of listener kube-apiserver is up: its health is not checked any more"),
            std::string::npos)
      << log;
  EXPECT_EQ(controller_.snapshot()->pools[0].weights[1], 1U);
}

TEST_F(ControllerTest, LogsAnOrderThatDoesNotShow) {
  set_down({0, 0}, "refused");
  EXPECT_NE(log_of([&] {
              controller_.set_operator_state({0, 0}, Condition::kDraining, "new disk");
            }).find("controller-0 of listener kube-apiserver is down, and an operator asks for drain: new disk"),
            std::string::npos);
  EXPECT_EQ(*view({0, 0}).operator_reason(), "new disk");
  EXPECT_EQ(controller_.events().newest(1)[0].level, Event::Level::kInfo);
  EXPECT_EQ(log_of([&] { controller_.set_operator_state({0, 0}, Condition::kDraining, "new disk"); }), "");
  EXPECT_NE(log_of([&] {
              controller_.set_operator_state({0, 0}, std::nullopt, "is in");
            }).find("is in"),
            std::string::npos);
  EXPECT_EQ(view({0, 0}).operator_reason(), nullptr);
  EXPECT_EQ(log_of([&] { controller_.set_operator_state({0, 0}, std::nullopt, "is in"); }), "");
  controller_.set_operator_state({0, 1}, Condition::kDraining, "one");
  EXPECT_NE(log_of([&] {
              controller_.set_operator_state({0, 1}, Condition::kDraining, "two");
            }).find(": two"),
            std::string::npos);
}

TEST_F(ControllerTest, AnotherNameOrAddressIsAnotherListener) {
  const std::uint64_t before = controller_.listeners()[0].state->id();
  auto changed = two_listeners();
  changed.listeners[0].name = "renamed";
  controller_.reload(changed, 100);
  const std::uint64_t renamed = controller_.listeners()[0].state->id();
  EXPECT_NE(renamed, before);
  EXPECT_EQ(controller_.snapshot()->pools[0].listener, renamed);
}

TEST_F(ControllerTest, TheOperatorsWeightStandsUntilTheFileSaysSomethingElse) {
  controller_.set_weight({0, 0}, 9);
  EXPECT_EQ(controller_.listeners()[0].config.backends[0].weight, 9U);
  EXPECT_EQ(published_.size(), 1U);
  auto changed = two_listeners();
  controller_.reload(changed, 100);
  EXPECT_EQ(controller_.listeners()[0].config.backends[0].weight, 9U);
  changed.listeners[0].backends[0].weight = 4;
  controller_.reload(changed, 100);
  EXPECT_EQ(controller_.listeners()[0].config.backends[0].weight, 4U);
  controller_.set_weight({0, 0}, 9);
  controller_.set_weight({0, 0}, std::nullopt);
  EXPECT_EQ(controller_.listeners()[0].config.backends[0].weight, 4U);
}

TEST_F(ControllerTest, KeepsTheTablesOfWhoComesWhereTheFileAsksForTheSame) {
  auto sticky = two_listeners();
  sticky.listeners[0].sticky = cluster::Sticky{};
  controller_.reload(sticky, 100);
  const auto table = controller_.snapshot()->pools[0].sources.sticky;
  ASSERT_TRUE(table);
  controller_.reload(sticky, 100);
  EXPECT_EQ(controller_.snapshot()->pools[0].sources.sticky, table);
}

TEST_F(ControllerTest, ClientsStayWithTheirBackendsUnderOtherStickySettings) {
  const auto client = *base::IpAddress::parse("192.0.2.7");
  const auto table = [&] { return controller_.snapshot()->pools[0].sources.sticky; };
  auto config = two_listeners();
  config.listeners[0].sticky = cluster::Sticky{.prefix4 = 28};
  controller_.reload(config, 100);
  table()->assign(client, 7, clock_.now());
  const auto first = table();
  config.listeners[0].sticky->ttl = std::chrono::hours{1};
  controller_.reload(config, 100);
  EXPECT_NE(table(), first);
  EXPECT_EQ(table()->find(client, clock_.now()), 7U);
  config.listeners[0].sticky->prefix4 = 24;
  controller_.reload(config, 100);
  EXPECT_EQ(table()->find(client, clock_.now()), 7U);
  config.listeners[0].sticky->prefix4 = 32;  // the entry may stand for any of 256 clients
  controller_.reload(config, 100);
  EXPECT_EQ(table()->entries(), 0U);
}

TEST_F(ControllerTest, WhatTheOperatorDrainsDrainsUnlessItIsDown) {
  controller_.set_operator_state({0, 0}, Condition::kDraining, "new disk");
  EXPECT_EQ(view({0, 0}).condition, Condition::kDraining);
  EXPECT_EQ(view({0, 0}).reason, "new disk");
  set_down({0, 0}, "refused");
  EXPECT_EQ(view({0, 0}).condition, Condition::kDown);
  EXPECT_EQ(view({0, 0}).reason, "refused");
  set_up({0, 0}, "GET /readyz: 200");
  EXPECT_EQ(view({0, 0}).condition, Condition::kDraining);
  controller_.set_operator_state({0, 0}, std::nullopt, "done");
  EXPECT_EQ(view({0, 0}).condition, Condition::kUp);
}

TEST_F(ControllerTest, ActsOnceEveryWorkerHasAdoptedTheSnapshot) {
  std::vector<int> acts;
  controller_.when_adopted([&] { acts.push_back(0); });
  EXPECT_EQ(acts.size(), 1U);  // nothing was published yet
  set_down({0, 0}, "refused");
  controller_.when_adopted([&] { acts.push_back(1); });
  set_down({0, 1}, "refused");
  controller_.when_adopted([&] { acts.push_back(2); });
  EXPECT_EQ(acts, (std::vector<int>{0}));
  controller_.note_adopted(2);
  EXPECT_EQ(acts, (std::vector<int>{0, 1}));
  controller_.note_adopted(3);
  EXPECT_EQ(acts, (std::vector<int>{0, 1, 2}));
}

// Workers begin with the snapshot that is current then, as after an upgrade, and never tell of it.
TEST_F(ControllerTest, WhatEverybodyBeganWithIsAdopted) {
  set_down({0, 0}, "refused");
  controller_.publish_to([](const auto&) {});
  bool acted = false;
  controller_.when_adopted([&] { acted = true; });
  EXPECT_TRUE(acted);
}

TEST_F(ControllerTest, SchedulesARampThatIsUnderWayAlready) {
  auto changed = two_listeners();
  changed.listeners[0].slow_start = std::chrono::seconds{30};
  controller_.reload(changed, 100);
  set_down({0, 0}, "refused");
  set_up({0, 0}, "connected");
  std::chrono::milliseconds after{0};
  controller_.schedule_by([&](auto one) { after = one; });
  EXPECT_EQ(after, std::chrono::seconds{3});
}

}  // namespace
}  // namespace lb::control
