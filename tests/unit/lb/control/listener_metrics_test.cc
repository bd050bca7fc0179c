#include "lb/control/listener_metrics.h"

#include <gtest/gtest.h>

#include "tests/unit/lb/control/strict_reader.h"
#include "tests/unit/lb/manual_clock.h"
#include "tests/unit/lb/sample_config.h"

namespace lb::control {
namespace {

using namespace std::chrono_literals;
using proxy::CloseReason;

class ListenerMetricsTest : public testing::Test {
 protected:
  void make(const config::Config& config) { controller_ = std::make_unique<Controller>(config, 2, 100, clock_, log_); }
  [[nodiscard]] proxy::ListenerCounters& row(std::size_t worker) const {
    return controller_->listeners()[0].state->counters(worker);
  }
  static base::Counter& closed(proxy::ListenerCounters& row, CloseReason reason) {
    return row.closed[static_cast<std::size_t>(reason)];
  }
  [[nodiscard]] StrictReader read() const {
    Exposition out;
    add_listener_metrics(out, *controller_);
    return StrictReader(std::move(out).take());
  }
  // "retries_total", or "refused_total" and R"(reason="denied")".
  [[nodiscard]] double value(const std::string& name, const std::string& label = "") const {
    return read().at("keepstate_lb_" + name + "{listener=\"kube-apiserver\"" + (label.empty() ? "" : "," + label) +
                     "}");
  }

  ManualClock clock_;
  base::Log log_{base::Log::Level::kOff};
  std::unique_ptr<Controller> controller_ = std::make_unique<Controller>(sample_config({1, 2}), 2, 100, clock_, log_);
};

TEST_F(ListenerMetricsTest, AddsUpTheWorkers) {
  row(0).accepted.add(10);
  row(1).accepted.add(2);
  closed(row(0), CloseReason::kFinished).add(4);
  closed(row(1), CloseReason::kConnectFailed).add(2);
  row(0).bytes_to_backend.add(1'000'000'000'000);
  row(1).bytes_to_client.add(5);
  row(0).retries.add(1);
  row(1).retries.add(2);
  row(1).redispatches.add(2);
  row(1).reused_sockets.add(5);
  EXPECT_EQ(value("connections_total"), 12);
  EXPECT_EQ(value("connections_active"), 6);
  EXPECT_EQ(value("connections_closed_total", R"(cause="finished")"), 4);
  EXPECT_EQ(value("connection_failures_total", R"(reason="connect_failed")"), 2);
  EXPECT_EQ(value("connection_failures_total", R"(reason="no_backend")"), 0);
  EXPECT_EQ(value("bytes_total", R"(direction="to_backend")"), 1e12);
  EXPECT_EQ(value("bytes_total", R"(direction="to_client")"), 5);
  EXPECT_EQ(value("retries_total"), 3);
  EXPECT_EQ(value("redispatches_total"), 2);
  EXPECT_EQ(value("backend_sockets_reused_total"), 5);
}

// A reader may see a worker's count of the ends before that of the beginnings.
TEST_F(ListenerMetricsTest, ActiveIsNeverLessThanNone) {
  row(0).accepted.add(1);
  row(0).closed[0].add(2);
  EXPECT_EQ(value("connections_active"), 0);
}

TEST_F(ListenerMetricsTest, TellsHowLongItTook) {
  row(0).connect_duration.record(200us);
  row(1).connect_duration.record(3ms);
  row(1).first_byte.record(70ms);
  row(0).session_duration.record(25h);
  EXPECT_EQ(value("connect_duration_seconds_bucket", R"(le="0.00025")"), 1);
  EXPECT_EQ(value("connect_duration_seconds_bucket", R"(le="0.0025")"), 1);
  EXPECT_EQ(value("connect_duration_seconds_bucket", R"(le="0.005")"), 2);
  EXPECT_EQ(value("connect_duration_seconds_bucket", R"(le="+Inf")"), 2);
  EXPECT_EQ(value("connect_duration_seconds_count"), 2);
  EXPECT_DOUBLE_EQ(value("connect_duration_seconds_sum"), 0.0032);
  EXPECT_EQ(value("first_byte_seconds_bucket", R"(le="0.05")"), 0);
  EXPECT_EQ(value("first_byte_seconds_bucket", R"(le="0.1")"), 1);
  EXPECT_EQ(value("session_duration_seconds_bucket", R"(le="86400")"), 0);
  EXPECT_EQ(value("session_duration_seconds_count"), 1);
}

TEST_F(ListenerMetricsTest, TellsHedges) {
  row(0).connect_hedges.add(8);
  row(1).first_flight_hedges.add(9);
  row(1).hedge_wins.add(7);
  row(0).hedges_denied.add(1);
  EXPECT_EQ(value("hedges_total", R"(kind="connect")"), 8);
  EXPECT_EQ(value("hedges_total", R"(kind="first_flight")"), 9);
  EXPECT_EQ(value("hedge_wins_total"), 7);
  EXPECT_EQ(value("hedges_denied_total"), 1);
}

TEST_F(ListenerMetricsTest, TellsWhoWaits) {
  row(0).accept_queue.set(3);
  row(1).accept_queue.set(4);
  row(0).accept_queue_limit.set(4096);
  row(1).accept_queue_limit.set(4096);
  EXPECT_EQ(value("accept_queue_length"), 7);
  EXPECT_EQ(value("accept_queue_limit"), 8192);
}

TEST_F(ListenerMetricsTest, TellsLimitsAndTablesOnlyWhereThereAreAny) {
  EXPECT_FALSE(read().types.contains("keepstate_lb_listener_connections_limit"));
  EXPECT_FALSE(read().types.contains("keepstate_lb_sticky_entries"));
  auto config = sample_config({1});
  config.listeners[0].sticky = cluster::Sticky{};
  config.listeners[0].max_connections = 77;
  make(config);
  row(0).denied.add(3);
  row(1).denied.add(1);
  row(1).over_source_limit.add(2);
  closed(row(0), CloseReason::kBackendsFull).add(5);
  controller_->listeners()[0].sources.sticky->assign(base::IpAddress(), 1, {});
  EXPECT_EQ(value("refused_total", R"(reason="denied")"), 4);
  EXPECT_EQ(value("refused_total", R"(reason="source_limit")"), 2);
  EXPECT_EQ(value("refused_total", R"(reason="backends_full")"), 5);
  EXPECT_EQ(value("sticky_entries"), 1);
  EXPECT_EQ(value("listener_connections_limit"), 77);
}

TEST_F(ListenerMetricsTest, TellsFailOpen) {
  EXPECT_EQ(value("fail_open"), 0);
  controller_->set_condition({0, 0}, backend::Condition::kDraining, "not ready");
  controller_->set_condition({0, 1}, backend::Condition::kDown, "refused");
  EXPECT_EQ(value("fail_open"), 1);
}

TEST_F(ListenerMetricsTest, TellsImbalance) {
  make(sample_config({1, 1}));
  controller_->listeners()[0].backends[0].state->counters(0).active.add(3);
  controller_->listeners()[0].backends[1].state->counters(1).active.add(1);
  row(0).rebalanced.add(2);
  row(1).rebalance_wishes.add(3);
  EXPECT_DOUBLE_EQ(value("imbalance_ratio"), 0.5);
  EXPECT_EQ(value("rebalance_sessions_total", R"(action="closed")"), 2);
  EXPECT_EQ(value("rebalance_sessions_total", R"(action="dry_run")"), 3);
}

TEST_F(ListenerMetricsTest, EscapesNames) {
  auto config = sample_config({1});
  config.listeners[0].name = "quote\" back\\slash and\nline";
  make(config);
  EXPECT_EQ(read().samples.count("keepstate_lb_retries_total{listener=\"quote\\\" back\\\\slash and\\nline\"}"), 1U);
}

}  // namespace
}  // namespace lb::control
