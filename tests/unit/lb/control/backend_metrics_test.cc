#include "lb/control/backend_metrics.h"

#include <gtest/gtest.h>

#include "tests/unit/lb/control/strict_reader.h"
#include "tests/unit/lb/manual_clock.h"
#include "tests/unit/lb/sample_config.h"

namespace lb::control {
namespace {

using namespace std::chrono_literals;

class BackendMetricsTest : public testing::Test {
 protected:
  void make(const config::Config& config) { controller_ = std::make_unique<Controller>(config, 2, 100, clock_, log_); }
  [[nodiscard]] backend::BackendCounters& row(std::size_t backend, std::size_t worker) const {
    return controller_->listeners()[0].backends[backend].state->counters(worker);
  }
  [[nodiscard]] StrictReader read() {
    Exposition out;
    metrics_.add(out, *controller_, clock_.now());
    return StrictReader(std::move(out).take());
  }
  [[nodiscard]] double value(std::size_t backend, const std::string& name, const std::string& label = "") {
    return read().at("keepstate_lb_" + name + "{listener=\"kube-apiserver\",backend=\"controller-" +
                     std::to_string(backend) + "\"" + (label.empty() ? "" : "," + label) + "}");
  }

  BackendMetrics metrics_;
  ManualClock clock_;
  base::Log log_{base::Log::Level::kOff};
  std::unique_ptr<Controller> controller_ = std::make_unique<Controller>(sample_config({1, 2}), 2, 100, clock_, log_);
};

TEST_F(BackendMetricsTest, AddsUpTheWorkers) {
  row(0, 0).sessions.add(10);
  row(0, 1).sessions.add(20);
  row(0, 1).active.add(6);
  row(1, 0).connect_refused.add(1);
  row(1, 0).connect_timeouts.add(2);
  row(1, 1).connect_errors.add(3);
  row(1, 1).bytes_to_backend.add(1'000'000'000'000);
  row(1, 1).bytes_to_client.add(123'456'789);
  row(1, 0).answers.add(11);
  row(1, 1).silences.add(12);
  row(1, 1).early_ends.add(13);
  EXPECT_EQ(value(0, "backend_sessions_total"), 30);
  EXPECT_EQ(value(0, "backend_connections_active"), 6);
  EXPECT_EQ(value(1, "backend_connect_failures_total", R"(reason="refused")"), 1);
  EXPECT_EQ(value(1, "backend_connect_failures_total", R"(reason="timeout")"), 2);
  EXPECT_EQ(value(1, "backend_connect_failures_total", R"(reason="error")"), 3);
  EXPECT_EQ(value(1, "backend_bytes_total", R"(direction="to_backend")"), 1e12);
  EXPECT_EQ(value(1, "backend_bytes_total", R"(direction="to_client")"), 123'456'789);
  EXPECT_EQ(value(1, "backend_answers_total"), 11);
  EXPECT_EQ(value(1, "backend_silences_total"), 12);
  EXPECT_EQ(value(1, "backend_early_ends_total"), 13);
  EXPECT_EQ(value(0, "backend_answers_total"), 0);
}

TEST_F(BackendMetricsTest, TellsTheState) {
  controller_->set_condition({0, 1}, backend::Condition::kDown, "refused");
  controller_->eject({0, 0}, "silent");
  controller_->readmit({0, 0}, "again");
  EXPECT_EQ(value(0, "backend_up"), 1);
  EXPECT_EQ(value(1, "backend_up"), 0);
  EXPECT_EQ(value(0, "backend_state", R"(state="up")"), 1);
  EXPECT_EQ(value(1, "backend_state", R"(state="up")"), 0);
  EXPECT_EQ(value(1, "backend_state", R"(state="down")"), 1);
  EXPECT_EQ(value(1, "backend_state", R"(state="maintenance")"), 0);
  EXPECT_EQ(value(0, "backend_ejections_total"), 1);
}

TEST_F(BackendMetricsTest, TellsChecks) {
  controller_->note_check({0, 0}, CheckOutcome::kPassed, {.took = 3ms});
  controller_->note_check({0, 0}, CheckOutcome::kPassed, {.took = 5ms});
  controller_->note_check({0, 1}, CheckOutcome::kFailed, {.took = 2s, .failure = net::ProbeFailure::kTimeout});
  controller_->note_check({0, 1}, CheckOutcome::kNotReady, {.took = 1s, .failure = net::ProbeFailure::kStatus});
  controller_->note_check({0, 1}, CheckOutcome::kDiscarded);
  EXPECT_EQ(value(0, "health_checks_total", R"(result="passed")"), 2);
  EXPECT_EQ(value(1, "health_checks_total", R"(result="not_ready")"), 1);
  EXPECT_EQ(value(1, "health_checks_total", R"(result="failed")"), 1);
  EXPECT_EQ(value(1, "health_checks_discarded_total"), 1);
  EXPECT_DOUBLE_EQ(value(0, "backend_check_duration_seconds"), 0.005);
  EXPECT_DOUBLE_EQ(value(1, "backend_check_duration_seconds"), 1);
  EXPECT_EQ(value(1, "backend_check_failures_total", R"(reason="timeout")"), 1);
  EXPECT_EQ(value(1, "backend_check_failures_total", R"(reason="status")"), 1);
  EXPECT_EQ(value(1, "backend_check_failures_total", R"(reason="tls")"), 0);
}

TEST_F(BackendMetricsTest, TellsWhatAWeightCountsNow) {
  EXPECT_EQ(value(1, "backend_weight", R"(kind="configured")"), 2);
  EXPECT_EQ(value(1, "backend_weight", R"(kind="effective")"), 2);
  controller_->set_condition({0, 1}, backend::Condition::kDraining, "not ready");
  EXPECT_EQ(value(1, "backend_weight", R"(kind="configured")"), 2);
  EXPECT_EQ(value(1, "backend_weight", R"(kind="effective")"), 0);
  EXPECT_EQ(value(0, "backend_weight", R"(kind="effective")"), 1);
  controller_->set_condition({0, 0}, backend::Condition::kDown, "refused");
  EXPECT_EQ(value(1, "backend_weight", R"(kind="effective")"), 2);  // nobody is better
  EXPECT_EQ(value(0, "backend_weight", R"(kind="effective")"), 0);
}

TEST_F(BackendMetricsTest, TellsTheWeightOfABackendThatComesBack) {
  auto config = sample_config({1, 10});
  config.listeners[0].slow_start = 100s;
  make(config);
  controller_->set_condition({0, 1}, backend::Condition::kDown, "refused");
  controller_->set_condition({0, 1}, backend::Condition::kUp, "again");
  EXPECT_DOUBLE_EQ(value(1, "backend_weight", R"(kind="effective")"), 1);
  clock_.advance(50s);
  EXPECT_DOUBLE_EQ(value(1, "backend_weight", R"(kind="effective")"), 5.5);
  EXPECT_DOUBLE_EQ(value(0, "backend_weight", R"(kind="effective")"), 1);
  clock_.advance(50s);
  EXPECT_DOUBLE_EQ(value(1, "backend_weight", R"(kind="effective")"), 10);
}

TEST_F(BackendMetricsTest, TellsLimitsOnlyWhereThereAreAny) {
  EXPECT_FALSE(read().types.contains("keepstate_lb_backend_connections_limit"));
  auto config = sample_config({1, 1});
  config.listeners[0].backends[1].max_connections = 9;
  make(config);
  EXPECT_EQ(value(1, "backend_connections_limit"), 9);
  EXPECT_EQ(read().samples.count(
                R"(keepstate_lb_backend_connections_limit{listener="kube-apiserver",backend="controller-0"})"),
            0U);
}

}  // namespace
}  // namespace lb::control
