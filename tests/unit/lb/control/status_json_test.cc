#include "lb/control/status_json.h"

#include <gtest/gtest.h>
#include <unistd.h>

#include "tests/unit/lb/manual_clock.h"
#include "tests/unit/lb/sample_config.h"

namespace lb::control {
namespace {

using backend::Condition;

class StatusJsonTest : public ::testing::Test {
 protected:
  [[nodiscard]] DaemonFacts facts() const {
    return {.version = "1.2.3",
            .workers = 2,
            .active = 3,
            .limit = 100,
            .wall = base::WallTime(std::chrono::seconds{1000}),
            .now = clock_.now(),
            .started = started_};
  }
  [[nodiscard]] Json status() const { return status_json(controller_, facts()); }
  backend::BackendCounters& counters(std::size_t backend) {
    return controller_.listeners()[0].backends[backend].state->counters(1);
  }

  ManualClock clock_;
  base::SteadyTime started_ = clock_.now();
  base::Log log_{base::Log::Level::kOff};
  Controller controller_{sample_config({1, 3}), 2, 100, clock_, log_};
};

TEST_F(StatusJsonTest, TellsOfTheDaemon) {
  clock_.advance(std::chrono::milliseconds{1500});
  Json json = status();
  json.erase("listeners");
  EXPECT_EQ(json.dump(),
            R"({"version":"1.2.3","pid":)" + std::to_string(::getpid()) +
                R"(,"time":"1970-01-01T00:16:40.000Z","uptimeSeconds":1.5,"generation":1,"ready":true,)"
                R"("shuttingDown":false,"workers":2,"oldProcesses":0,"connections":{"active":3,"limit":100},)"
                R"("reload":{"lastSuccessful":true,"time":null,"message":""},"events":[]})");
}

TEST_F(StatusJsonTest, TellsOfListenersAndBackends) {
  counters(1).active.add(2);
  counters(1).sessions.add(5);
  counters(1).bytes_to_backend.add(10);
  counters(1).bytes_to_client.add(20);
  counters(1).connect_refused.add(1);
  counters(1).early_ends.add(1);
  controller_.note_check({0, 1}, CheckOutcome::kPassed);
  proxy::ListenerCounters& listener = controller_.listeners()[0].state->counters(0);
  listener.accepted.add(7);
  listener.bytes_to_backend.add(10);
  listener.bytes_to_client.add(20);
  listener.connect_duration.record(std::chrono::microseconds{300});
  listener.connect_duration.record(std::chrono::seconds{20});
  listener.closed[static_cast<std::size_t>(proxy::CloseReason::kFinished)].add(3);
  listener.closed[static_cast<std::size_t>(proxy::CloseReason::kConnectFailed)].add(2);
  clock_.advance(std::chrono::milliseconds{250});
  const Json json = status()["listeners"][0];
  EXPECT_EQ(json["connections"].dump(), R"({"active":2,"total":7,"failed":2})");
  EXPECT_EQ(json["bytes"].dump(), R"({"toBackend":10,"toClient":20})");
  const Json connect = json["latency"]["connect"];
  EXPECT_EQ(connect["count"], 2);
  EXPECT_DOUBLE_EQ(connect["sumSeconds"], 20.0003);
  EXPECT_EQ(connect["buckets"].front().dump(), "[0.00025,0]");
  EXPECT_EQ(connect["buckets"][1].dump(), "[0.0005,1]");
  EXPECT_EQ(connect["buckets"].back().dump(), "[null,2]");
  EXPECT_EQ(json["latency"]["firstByte"]["count"], 0);
  // More than nanoseconds of 64 bits hold.
  for (int i = 0; i < 2; ++i) listener.first_byte.record(std::chrono::seconds{9'000'000'000});
  EXPECT_DOUBLE_EQ(status()["listeners"][0]["latency"]["firstByte"]["sumSeconds"], 18e9);
  EXPECT_EQ(json["policy"], "weighted-random");
  EXPECT_EQ(json["failOpen"], false);
  EXPECT_EQ(
      json["backends"][1].dump(),
      R"({"name":"controller-1","address":"10.10.0.12:6443","state":"up","reason":"not checked yet",)"
      R"("operatorState":null,"operatorReason":null,"sinceSeconds":0.25,"weight":3,"configuredWeight":3,"share":0.75,"connections":{"active":2,"total":5},)"
      R"("bytes":{"toBackend":10,"toClient":20},"failures":2,"checks":{"passed":1,"notReady":0,"failed":0}})");
}

TEST_F(StatusJsonTest, TellsAnOverriddenWeight) {
  controller_.set_weight({0, 0}, 9);
  const Json json = status()["listeners"][0]["backends"][0];
  EXPECT_EQ(json["weight"], 9);
  EXPECT_EQ(json["configuredWeight"], 1);
  EXPECT_EQ(json["share"], 0.75);
}

TEST_F(StatusJsonTest, TellsWhatAnOperatorAskedForWhereItDoesNotShow) {
  const auto asked = [this] { return status()["listeners"][0]["backends"][0]["operatorState"]; };
  controller_.set_condition({0, 0}, Condition::kDown, "refused");
  controller_.set_operator_state({0, 0}, Condition::kDraining, "kernel");
  EXPECT_EQ(status()["listeners"][0]["backends"][0]["state"], "down");
  EXPECT_EQ(asked(), "drain");
  const Json row = status()["listeners"][0]["backends"][0];
  EXPECT_EQ(row["reason"], "refused");
  EXPECT_EQ(row["operatorReason"], "kernel");
  controller_.set_operator_state({0, 0}, Condition::kMaintenance, "kernel");
  EXPECT_EQ(asked(), "maintenance");
  controller_.set_operator_state({0, 0}, std::nullopt, "done");
  EXPECT_TRUE(asked().is_null());
}

TEST_F(StatusJsonTest, TellsTheLastEventsWithTheirTime) {
  controller_.set_condition({0, 0}, Condition::kDown, "refused");
  clock_.advance(std::chrono::seconds{40});
  const Json events = status()["events"];
  ASSERT_EQ(events.size(), 1U);
  EXPECT_EQ(events[0]["time"], "1970-01-01T00:16:00.000Z");
  EXPECT_EQ(events[0]["level"], "warn");
  EXPECT_EQ(events[0]["text"], "backend controller-0 of listener kube-apiserver is down: refused");
}

TEST_F(StatusJsonTest, TellsAReloadThatFailed) {
  DaemonFacts now = facts();
  now.reload.last_successful = false;
  now.reload.last = now.wall;
  now.reload.message = "line 3";
  EXPECT_EQ(status_json(controller_, now)["reload"].dump(),
            R"({"lastSuccessful":false,"time":"1970-01-01T00:16:40.000Z","message":"line 3"})");
}

TEST_F(StatusJsonTest, BackendsNameTheirListener) {
  const Json json = backends_json(controller_, clock_.now());
  ASSERT_EQ(json["backends"].size(), 2U);
  EXPECT_EQ(json["backends"][1]["listener"], "kube-apiserver");
  EXPECT_EQ(json["backends"][1], backend_json(controller_, {0, 1}, clock_.now()));
}

}  // namespace
}  // namespace lb::control
