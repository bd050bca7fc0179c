#include "lb/control/daemon_metrics.h"

#include <gtest/gtest.h>

#include "lb/net/loop_lag.h"
#include "tests/unit/lb/control/strict_reader.h"
#include "tests/unit/lb/manual_clock.h"
#include "tests/unit/lb/sample_config.h"

namespace lb::control {
namespace {

using namespace std::chrono_literals;

template <class Add>
StrictReader read(Add add) {
  Exposition out;
  add(out);
  return StrictReader(std::move(out).take());
}

TEST(DaemonMetrics, TellWhatWasBuilt) {
  const auto reader = read([](Exposition& out) { add_build_metrics(out, "1.2.3"); });
  EXPECT_EQ(reader.at("keepstate_lb_build_info{version=\"1.2.3\",compiler=\"" __VERSION__ "\"}"), 1);
}

TEST(DaemonMetrics, TellTheSnapshot) {
  ManualClock clock;
  const base::Log log(base::Log::Level::kOff);
  Controller controller(sample_config({1, 2}), 2, 100, clock, log);
  const auto tell = [&](Exposition& out) { add_daemon_metrics(out, controller); };
  EXPECT_EQ(read(tell).at("keepstate_lb_snapshot_generation"), 1);
  EXPECT_EQ(read(tell).at("keepstate_lb_connections_limit"), 100);
  controller.set_condition({0, 1}, backend::Condition::kDown, "refused");
  EXPECT_EQ(read(tell).at("keepstate_lb_snapshot_generation"), 2);
}

TEST(DaemonMetrics, AddUpTheWorkers) {
  std::vector<std::unique_ptr<proxy::WorkerStats>> workers;
  for (int i = 0; i < 2; ++i) workers.push_back(std::make_unique<proxy::WorkerStats>());
  workers[0]->pauses_for_descriptors.add(1);
  workers[1]->pauses_for_limit.add(2);
  workers[0]->pipes.small.add(4);
  workers[0]->pipes.spliced_bytes.add(1'000'000);
  workers[1]->pipes.spliced_bytes.add(1);
  workers[0]->active.add(5);
  workers[1]->active.add(7);
  workers[1]->active.subtract(1);
  workers[1]->loop_lag.set(2'500'000);
  constexpr base::SteadyTime kNow{1h};
  const auto beat_at = [](base::SteadyTime time) {
    return static_cast<std::uint64_t>(time.time_since_epoch().count());
  };
  workers[0]->loop_beat.set(beat_at(kNow - net::LoopLag::kBeat - 3s));  // hangs
  workers[1]->loop_beat.set(beat_at(kNow - 20ms));
  base::Gauge control;
  control.set(1'000'000'000);
  const auto reader = read([&](Exposition& out) { add_worker_metrics(out, workers, control, kNow); });
  EXPECT_EQ(reader.at("keepstate_lb_sessions_active"), 11);
  EXPECT_EQ(reader.at("keepstate_lb_workers"), 2);
  EXPECT_EQ(reader.at(R"(keepstate_lb_accept_pauses_total{reason="descriptors"})"), 1);
  EXPECT_EQ(reader.at(R"(keepstate_lb_accept_pauses_total{reason="limit"})"), 2);
  EXPECT_EQ(reader.at(R"(keepstate_lb_accept_pauses_total{reason="listener_limit"})"), 0);
  EXPECT_EQ(reader.at("keepstate_lb_small_pipes_total"), 4);
  EXPECT_EQ(reader.at("keepstate_lb_spliced_bytes_total"), 1'000'001);
  EXPECT_EQ(reader.at(R"(keepstate_lb_loop_lag_seconds{loop="control"})"), 1);
  EXPECT_EQ(reader.at(R"(keepstate_lb_loop_lag_seconds{loop="worker0"})"), 3);
  EXPECT_DOUBLE_EQ(reader.at(R"(keepstate_lb_loop_lag_seconds{loop="worker1"})"), 0.0025);
}

TEST(DaemonMetrics, TellHowTheLastReloadWent) {
  ReloadStatus status;
  status.last_successful = false;
  status.last_success = std::chrono::system_clock::time_point(1'700'000'000s);
  status.generation = 3;
  const auto reader = read([&](Exposition& out) { add_reload_metrics(out, status); });
  EXPECT_EQ(reader.at("keepstate_lb_config_last_reload_successful"), 0);
  EXPECT_EQ(reader.at("keepstate_lb_config_last_reload_success_timestamp_seconds"), 1.7e9);
  EXPECT_EQ(reader.at("keepstate_lb_config_generation"), 3);
}

TEST(DaemonMetrics, TellLostLines) {
  const auto reader = read([](Exposition& out) { add_access_log_metrics(out, {.no_room = 5, .write_error = 7}); });
  EXPECT_EQ(reader.at(R"(keepstate_lb_access_log_dropped_total{reason="no_room"})"), 5);
  EXPECT_EQ(reader.at(R"(keepstate_lb_access_log_dropped_total{reason="write_error"})"), 7);
}

}  // namespace
}  // namespace lb::control
