#include "lb/control/known_state.h"

#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "lb/control/known_counts.h"
#include "tests/unit/lb/manual_clock.h"
#include "tests/unit/lb/sample_config.h"

namespace lb::control {
namespace {

using backend::Condition;
using nlohmann::json;

config::Config sticky_config() {
  config::Config config = sample_config({1, 1, 1});
  config.listeners[0].sticky = cluster::Sticky{};
  config.listeners[0].slow_start = std::chrono::seconds{30};
  return config;
}

// Two processes, one after the other.
class KnownStateTest : public testing::Test {
 protected:
  json told() { return known_state(old_, old_passive_, clock_.now()); }
  void hand_over() {
    const json state = json::parse(told().dump());
    recall(state, new_, clock_.now());
    recall_ejections(state, new_, new_passive_);
  }
  [[nodiscard]] const BackendView& view(std::size_t backend) const { return new_.listeners()[0].backends[backend]; }

  ManualClock clock_;
  base::Log log_{base::Log::Level::kOff};
  net::EventLoop loop_;
  Controller old_{sticky_config(), 2, 100, clock_, log_};
  PassiveChecker old_passive_{loop_, old_, clock_};
  Controller new_{sticky_config(), 3, 100, clock_, log_};
  PassiveChecker new_passive_{loop_, new_, clock_};
};

TEST_F(KnownStateTest, CarriesHealthAndTheOperatorsWords) {
  old_.set_condition({0, 0}, Condition::kDown, "refused");
  old_.set_operator_state({0, 1}, Condition::kMaintenance, "new disk");
  old_.set_operator_state({0, 2}, Condition::kDraining, "later");
  old_.set_weight({0, 2}, 7);
  clock_.advance(std::chrono::seconds{5});
  hand_over();
  EXPECT_EQ(view(0).condition, Condition::kDown);
  EXPECT_EQ(view(0).reason, "refused");
  EXPECT_EQ(clock_.now() - view(0).since, std::chrono::seconds{5});
  EXPECT_EQ(view(1).condition, Condition::kMaintenance);
  EXPECT_EQ(view(1).reason, "new disk");
  EXPECT_FALSE(view(1).was_checked);
  EXPECT_EQ(view(2).condition, Condition::kDraining);
  EXPECT_EQ(new_.listeners()[0].config.backends[2].weight, 7U);
  EXPECT_EQ(new_.snapshot()->pools[0].tiers[0], nullptr);  // nobody is up
}

TEST_F(KnownStateTest, WhoWasOutIsColdAndWhoIsOnItsWayGoesOn) {
  old_.set_condition({0, 0}, Condition::kDown, "refused");
  old_.set_condition({0, 1}, Condition::kDown, "refused");
  old_.set_condition({0, 1}, Condition::kUp, "connected");
  clock_.advance(std::chrono::seconds{15});
  hand_over();
  EXPECT_EQ(new_.snapshot()->pools[0].weights[1] * 100, new_.snapshot()->pools[0].weights[2] * 55);
  new_.set_condition({0, 0}, Condition::kUp, "connected");
  EXPECT_EQ(new_.snapshot()->pools[0].weights[0] * 100, new_.snapshot()->pools[0].weights[2] * 10);
}

TEST_F(KnownStateTest, WhatChecksHaveSaidIsNothingWhereThereAreNone) {
  old_.set_condition({0, 0}, Condition::kDown, "refused");
  auto unchecked = sticky_config();
  unchecked.listeners[0].health_check.kind = cluster::HealthCheckKind::kNone;
  Controller next(unchecked, 2, 100, clock_, log_);
  recall(told(), next, clock_.now());
  EXPECT_EQ(next.listeners()[0].backends[0].condition, Condition::kUp);
  EXPECT_FALSE(next.listeners()[0].backends[0].was_checked);
}

TEST_F(KnownStateTest, AnEjectionLastsAsLongAsItWasTo) {
  old_passive_.resume({0, 1}, std::chrono::seconds{10});
  old_.eject({0, 1}, "3 silent in a row");
  clock_.advance(std::chrono::seconds{4});
  hand_over();
  EXPECT_EQ(view(1).condition, Condition::kDraining);
  EXPECT_EQ(view(1).reason, "3 silent in a row");
  EXPECT_EQ(new_passive_.ejected_for({0, 1}), std::chrono::seconds{6});
  clock_.advance(std::chrono::seconds{6});
  new_passive_.look();
  EXPECT_EQ(view(1).condition, Condition::kUp);
}

TEST_F(KnownStateTest, CarriesTheBackendsThatClientsAreUsedTo) {
  const auto client = *base::IpAddress::parse("192.0.2.7");
  const auto other = *base::IpAddress::parse("fd00::7");
  auto& table = *old_.listeners()[0].sources.sticky;
  table.assign(client, 0xffff'ffff'ffff'fff0U, clock_.now());
  table.assign(other, 2, clock_.now());
  table.release(other, clock_.now());
  clock_.advance(std::chrono::minutes{2});
  hand_over();
  auto& taken = *new_.listeners()[0].sources.sticky;
  EXPECT_EQ(taken.find(client, clock_.now()), 0xffff'ffff'ffff'fff0U);
  EXPECT_EQ(taken.find(other, clock_.now()), 2U);
  clock_.advance(std::chrono::minutes{4});
  EXPECT_TRUE(taken.find(client, clock_.now()));  // its session was open until now
  EXPECT_FALSE(taken.find(other, clock_.now()));
}

TEST_F(KnownStateTest, GoesOnCounting) {
  old_.listeners()[0].state->counters(1).accepted.add(10);
  old_.listeners()[0].state->counters(0).closed[0].add(7);
  old_.listeners()[0].backends[2].state->counters(0).bytes_to_client.add(1'000);
  hand_over();
  new_.listeners()[0].state->counters(2).accepted.add(1);
  const auto& listener = *new_.listeners()[0].state;
  EXPECT_EQ(listener.total(&proxy::ListenerCounters::accepted), 11U);
  EXPECT_EQ(listener.closed(proxy::CloseReason::kFinished), 7U);
  EXPECT_EQ(new_.listeners()[0].backends[2].state->total(&backend::BackendCounters::bytes_to_client), 1'000U);
}

TEST_F(KnownStateTest, AddsWhatTheOldProcessCountsStillAndOnlyThat) {
  auto& row = old_.listeners()[0].state->counters(0);
  row.accepted.add(10);
  row.active.add(1);
  row.closed[0].add(7);
  hand_over();
  const json before = known_counts(old_);
  row.closed[0].add(2);
  const json now = known_counts(old_);
  add_counts(now, before, new_);
  const auto& listener = *new_.listeners()[0].state;
  EXPECT_EQ(listener.total(&proxy::ListenerCounters::accepted), 10U);
  EXPECT_EQ(listener.closed(proxy::CloseReason::kFinished), 9U);
  end_open_sessions(now, new_);
  EXPECT_EQ(listener.closed(proxy::CloseReason::kShutdown), 1U);
}

TEST_F(KnownStateTest, AClientWithASessionInTheOldProcessIsNotForgotten) {
  using std::chrono::minutes;
  const auto client = *base::IpAddress::parse("192.0.2.7");
  const auto other = *base::IpAddress::parse("192.0.2.8");
  auto& table = *old_.listeners()[0].sources.sticky;
  table.assign(client, 7, clock_.now());
  table.assign(other, 8, clock_.now());
  table.release(other, clock_.now());
  hand_over();
  EXPECT_EQ(held_interval(old_), cluster::Sticky{}.ttl / 3);
  auto& taken = *new_.listeners()[0].sources.sticky;
  for (int round = 0; round < 3; ++round) {
    clock_.advance(cluster::Sticky{}.ttl - minutes{1});
    json told = known_counts(old_);
    add_held(told, old_, clock_.now());
    refresh_held(json::parse(told.dump()), new_, clock_.now());
  }
  EXPECT_EQ(taken.find(client, clock_.now()), 7U);
  EXPECT_EQ(taken.find(other, clock_.now()), std::nullopt);
  table.release(client, clock_.now());
  clock_.advance(cluster::Sticky{}.ttl);
  json told = known_counts(old_);
  add_held(told, old_, clock_.now());
  refresh_held(told, new_, clock_.now());
  EXPECT_EQ(taken.find(client, clock_.now()), std::nullopt);
}

TEST_F(KnownStateTest, CarriesHowLongThingsTook) {
  auto& row = old_.listeners()[0].state->counters(0);
  row.first_byte.record(std::chrono::milliseconds{3});
  row.session_duration.record(std::chrono::hours{48});
  hand_over();
  const auto& listener = *new_.listeners()[0].state;
  EXPECT_EQ(listener.times(&proxy::ListenerCounters::first_byte).sum, std::chrono::milliseconds{3});
  EXPECT_EQ(listener.times(&proxy::ListenerCounters::session_duration).counts.back(), 1U);
  const json before = known_counts(old_);
  row.first_byte.record(std::chrono::milliseconds{4});
  add_counts(known_counts(old_), before, new_);
  EXPECT_EQ(listener.times(&proxy::ListenerCounters::first_byte).sum, std::chrono::milliseconds{7});
  json other = known_counts(old_);
  other[0]["counts"]["times"]["first_byte"]["bounds"][0] = 1;  // of a version with other buckets
  add_counts(other, json::array(), new_);
  EXPECT_EQ(listener.times(&proxy::ListenerCounters::first_byte).sum, std::chrono::milliseconds{7});
}

TEST_F(KnownStateTest, PassesOverWhatItDoesNotKnow) {
  for (
      const char* const text :
      {"null", "[]", "7", R"({"listeners":7})", R"({"listeners":[7,null,{"name":1}]})",
       R"({"listeners":[{"name":"kube-apiserver","address":"10.10.0.1:6443","backends":[{"name":"controller-0"}]}]})",
       R"({"listeners":[{"name":"kube-apiserver","address":"10.10.0.1:6443","sticky":"\n1\n1 2\n1 2 x\na 2 10.0.0.1\n1 2 10.0.0.1 \n1 99999999999999999999 10.0.0.1",
            "backends":[{"name":"controller-0","address":"10.10.0.11:6443","checked":"fine","maintenance":7,
                         "slowStart":{"cold":3,"rampedFor":"x"},
                         "weight":"a"}]}],"counts":[{"name":"kube-apiserver","address":"10.10.0.1:6443","counts":7}]})"}) {
    const json state = json::parse(text);
    recall(state, new_, clock_.now());
    recall_ejections(state, new_, new_passive_);
    EXPECT_EQ(view(0).condition, Condition::kUp) << text;
  }
}

}  // namespace
}  // namespace lb::control
