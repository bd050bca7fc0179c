#include "lb/control/metrics_exporter.h"

#include <gtest/gtest.h>

#include <map>
#include <regex>
#include <set>
#include <sstream>

#include "tests/unit/lb/manual_clock.h"
#include "tests/unit/lb/sample_config.h"

namespace lb::control {
namespace {

// Every line must be a comment or a sample of the family that was announced last; gives the samples by name and labels.
class StrictReader {
 public:
  explicit StrictReader(const std::string& text) {
    EXPECT_TRUE(text.ends_with('\n'));
    std::istringstream lines(text);
    for (std::string line; std::getline(lines, line);) take(line);
  }
  std::map<std::string, double> samples;

 private:
  void take(const std::string& line) {
    static const std::regex help("# HELP ([a-z_]+) [A-Z0-9].*\\.");
    static const std::regex type("# TYPE ([a-z_]+) (counter|gauge)");
    static const std::regex sample(
        R"(([a-z_]+)(\{[a-z]+="([^"\\]|\\[n"\\])*"(,[a-z]+="([^"\\]|\\[n"\\])*")*\})? ([0-9]+(\.[0-9]+)?(e\+[0-9]+)?))");
    std::smatch match;
    if (std::regex_match(line, match, help)) {
      EXPECT_TRUE(families_.insert(match[1]).second) << "announced twice: " << line;
      helped_ = match[1];
    } else if (std::regex_match(line, match, type)) {
      family_ = match[1];
      EXPECT_EQ(family_, helped_) << line;
      EXPECT_EQ(family_.ends_with("_total"), match[2] == "counter") << line;
      EXPECT_TRUE(family_.starts_with("keepstate_lb_")) << line;
    } else if (std::regex_match(line, match, sample)) {
      EXPECT_EQ(match[1], family_) << line;
      EXPECT_TRUE(samples.emplace(match[1].str() + match[2].str(), std::stod(match[6])).second) << "twice: " << line;
    } else {
      ADD_FAILURE() << "neither comment nor sample: " << line;
    }
  }

  std::set<std::string> families_;
  std::string helped_;
  std::string family_;
};

class MetricsExporterTest : public ::testing::Test {
 protected:
  MetricsExporterTest() {
    for (int worker = 0; worker < 2; ++worker) stats_.push_back(std::make_unique<proxy::WorkerStats>(1));
  }
  backend::BackendCounters& row(std::size_t backend, std::size_t worker) {
    return controller_.listeners()[0].backends[backend].state->counters(worker);
  }
  proxy::ListenerCounters& listener_row(std::size_t worker) { return stats_[worker]->by_listener[0]; }
  void count_checks(BackendId id, CheckOutcome outcome, int count) {
    for (int i = 0; i < count; ++i) controller_.note_check(id, outcome);
  }
  [[nodiscard]] std::string render() const { return MetricsExporter(controller_, stats_, "1.2.3").render(); }

  ManualClock clock_;
  base::Log log_{base::Log::Level::kOff};
  Controller controller_{sample_config({1, 2}), 2, 100, clock_, log_};
  std::vector<std::unique_ptr<proxy::WorkerStats>> stats_;
};

constexpr const char* kAll = R"(# HELP keepstate_lb_build_info Always 1; the version is a label.
# TYPE keepstate_lb_build_info gauge
keepstate_lb_build_info{version="1.2.3"} 1
# HELP keepstate_lb_workers Worker threads.
# TYPE keepstate_lb_workers gauge
keepstate_lb_workers 2
# HELP keepstate_lb_snapshot_generation Generation of the snapshot that is published now.
# TYPE keepstate_lb_snapshot_generation gauge
keepstate_lb_snapshot_generation 5
# HELP keepstate_lb_connections_limit Sessions that the whole daemon takes at a time.
# TYPE keepstate_lb_connections_limit gauge
keepstate_lb_connections_limit 100
# HELP keepstate_lb_accept_pauses_total Times that accepting paused, by what had run out.
# TYPE keepstate_lb_accept_pauses_total counter
keepstate_lb_accept_pauses_total{reason="descriptors"} 1
keepstate_lb_accept_pauses_total{reason="limit"} 2
keepstate_lb_accept_pauses_total{reason="listener_limit"} 0
# HELP keepstate_lb_small_pipes_total Pipes for bulk that the system made smaller than wanted (pipe-user-pages-soft).
# TYPE keepstate_lb_small_pipes_total counter
keepstate_lb_small_pipes_total 4
# HELP keepstate_lb_connections_total Connections accepted from clients.
# TYPE keepstate_lb_connections_total counter
keepstate_lb_connections_total{listener="kube-apiserver"} 12
# HELP keepstate_lb_connections_active Sessions now.
# TYPE keepstate_lb_connections_active gauge
keepstate_lb_connections_active{listener="kube-apiserver"} 6
# HELP keepstate_lb_connections_closed_total Sessions that ended, by cause.
# TYPE keepstate_lb_connections_closed_total counter
keepstate_lb_connections_closed_total{listener="kube-apiserver",cause="finished"} 4
keepstate_lb_connections_closed_total{listener="kube-apiserver",cause="client_reset"} 2
keepstate_lb_connections_closed_total{listener="kube-apiserver",cause="backend_reset"} 0
keepstate_lb_connections_closed_total{listener="kube-apiserver",cause="client_gone"} 0
keepstate_lb_connections_closed_total{listener="kube-apiserver",cause="connect_failed"} 0
keepstate_lb_connections_closed_total{listener="kube-apiserver",cause="no_backend"} 0
keepstate_lb_connections_closed_total{listener="kube-apiserver",cause="idle"} 0
keepstate_lb_connections_closed_total{listener="kube-apiserver",cause="half_closed"} 0
keepstate_lb_connections_closed_total{listener="kube-apiserver",cause="out_of_resources"} 0
keepstate_lb_connections_closed_total{listener="kube-apiserver",cause="shutdown"} 0
keepstate_lb_connections_closed_total{listener="kube-apiserver",cause="client_dead"} 0
keepstate_lb_connections_closed_total{listener="kube-apiserver",cause="backend_dead"} 0
keepstate_lb_connections_closed_total{listener="kube-apiserver",cause="backend_down"} 0
keepstate_lb_connections_closed_total{listener="kube-apiserver",cause="backends_full"} 0
keepstate_lb_connections_closed_total{listener="kube-apiserver",cause="rebalanced"} 0
# HELP keepstate_lb_retries_total Further backends tried because one could not be reached.
# TYPE keepstate_lb_retries_total counter
keepstate_lb_retries_total{listener="kube-apiserver"} 3
# HELP keepstate_lb_backend_sockets_reused_total Tries to connect that used the socket of a former session again.
# TYPE keepstate_lb_backend_sockets_reused_total counter
keepstate_lb_backend_sockets_reused_total{listener="kube-apiserver"} 5
# HELP keepstate_lb_fail_open 1 while no backend is up and the others are tried.
# TYPE keepstate_lb_fail_open gauge
keepstate_lb_fail_open{listener="kube-apiserver"} 0
# HELP keepstate_lb_refused_total Clients that were reset because they may not come or somebody was full, by reason.
# TYPE keepstate_lb_refused_total counter
keepstate_lb_refused_total{listener="kube-apiserver",reason="denied"} 0
keepstate_lb_refused_total{listener="kube-apiserver",reason="source_limit"} 0
keepstate_lb_refused_total{listener="kube-apiserver",reason="backends_full"} 0
# HELP keepstate_lb_hedges_total Backends tried beside one that did not answer in time, by what it did not answer.
# TYPE keepstate_lb_hedges_total counter
keepstate_lb_hedges_total{listener="kube-apiserver",kind="connect"} 8
keepstate_lb_hedges_total{listener="kube-apiserver",kind="first_flight"} 9
# HELP keepstate_lb_hedge_wins_total Of those, the ones that got the session.
# TYPE keepstate_lb_hedge_wins_total counter
keepstate_lb_hedge_wins_total{listener="kube-apiserver"} 7
# HELP keepstate_lb_hedges_denied_total First flights that were not said again: the budget was spent.
# TYPE keepstate_lb_hedges_denied_total counter
keepstate_lb_hedges_denied_total{listener="kube-apiserver"} 1
# HELP keepstate_lb_imbalance_percent What the fullest backend has above the share that its weight gives it.
# TYPE keepstate_lb_imbalance_percent gauge
keepstate_lb_imbalance_percent{listener="kube-apiserver"} 0
# HELP keepstate_lb_rebalance_sessions_total Sessions of backends that had too many, by what was done.
# TYPE keepstate_lb_rebalance_sessions_total counter
keepstate_lb_rebalance_sessions_total{listener="kube-apiserver",action="closed"} 2
keepstate_lb_rebalance_sessions_total{listener="kube-apiserver",action="dry_run"} 3
# HELP keepstate_lb_backend_up 1 when health checks say that the backend is up.
# TYPE keepstate_lb_backend_up gauge
keepstate_lb_backend_up{listener="kube-apiserver",backend="controller-0"} 1
keepstate_lb_backend_up{listener="kube-apiserver",backend="controller-1"} 0
# HELP keepstate_lb_backend_state 1 for the state that the backend is in, 0 for the others.
# TYPE keepstate_lb_backend_state gauge
keepstate_lb_backend_state{listener="kube-apiserver",backend="controller-0",state="up"} 1
keepstate_lb_backend_state{listener="kube-apiserver",backend="controller-0",state="draining"} 0
keepstate_lb_backend_state{listener="kube-apiserver",backend="controller-0",state="down"} 0
keepstate_lb_backend_state{listener="kube-apiserver",backend="controller-0",state="maintenance"} 0
keepstate_lb_backend_state{listener="kube-apiserver",backend="controller-1",state="up"} 0
keepstate_lb_backend_state{listener="kube-apiserver",backend="controller-1",state="draining"} 0
keepstate_lb_backend_state{listener="kube-apiserver",backend="controller-1",state="down"} 1
keepstate_lb_backend_state{listener="kube-apiserver",backend="controller-1",state="maintenance"} 0
# HELP keepstate_lb_health_checks_total Health checks that said something, by result.
# TYPE keepstate_lb_health_checks_total counter
keepstate_lb_health_checks_total{listener="kube-apiserver",backend="controller-0",result="passed"} 7
keepstate_lb_health_checks_total{listener="kube-apiserver",backend="controller-0",result="not_ready"} 1
keepstate_lb_health_checks_total{listener="kube-apiserver",backend="controller-0",result="failed"} 0
keepstate_lb_health_checks_total{listener="kube-apiserver",backend="controller-1",result="passed"} 0
keepstate_lb_health_checks_total{listener="kube-apiserver",backend="controller-1",result="not_ready"} 0
keepstate_lb_health_checks_total{listener="kube-apiserver",backend="controller-1",result="failed"} 2
# HELP keepstate_lb_health_checks_discarded_total Health checks that said nothing, as this host was late or out of descriptors.
# TYPE keepstate_lb_health_checks_discarded_total counter
keepstate_lb_health_checks_discarded_total{listener="kube-apiserver",backend="controller-0"} 0
keepstate_lb_health_checks_discarded_total{listener="kube-apiserver",backend="controller-1"} 3
# HELP keepstate_lb_backend_weight Configured weight.
# TYPE keepstate_lb_backend_weight gauge
keepstate_lb_backend_weight{listener="kube-apiserver",backend="controller-0"} 1
keepstate_lb_backend_weight{listener="kube-apiserver",backend="controller-1"} 2
# HELP keepstate_lb_backend_sessions_total Sessions that were connected to the backend.
# TYPE keepstate_lb_backend_sessions_total counter
keepstate_lb_backend_sessions_total{listener="kube-apiserver",backend="controller-0"} 30
keepstate_lb_backend_sessions_total{listener="kube-apiserver",backend="controller-1"} 0
# HELP keepstate_lb_backend_connections_active Sessions that hold the backend now, connecting ones included.
# TYPE keepstate_lb_backend_connections_active gauge
keepstate_lb_backend_connections_active{listener="kube-apiserver",backend="controller-0"} 6
keepstate_lb_backend_connections_active{listener="kube-apiserver",backend="controller-1"} 0
# HELP keepstate_lb_backend_connect_failures_total Tries to connect that failed, by reason.
# TYPE keepstate_lb_backend_connect_failures_total counter
keepstate_lb_backend_connect_failures_total{listener="kube-apiserver",backend="controller-0",reason="refused"} 0
keepstate_lb_backend_connect_failures_total{listener="kube-apiserver",backend="controller-0",reason="timeout"} 0
keepstate_lb_backend_connect_failures_total{listener="kube-apiserver",backend="controller-0",reason="error"} 0
keepstate_lb_backend_connect_failures_total{listener="kube-apiserver",backend="controller-1",reason="refused"} 1
keepstate_lb_backend_connect_failures_total{listener="kube-apiserver",backend="controller-1",reason="timeout"} 2
keepstate_lb_backend_connect_failures_total{listener="kube-apiserver",backend="controller-1",reason="error"} 3
# HELP keepstate_lb_backend_bytes_total Bytes relayed, by direction.
# TYPE keepstate_lb_backend_bytes_total counter
keepstate_lb_backend_bytes_total{listener="kube-apiserver",backend="controller-0",direction="to_backend"} 0
keepstate_lb_backend_bytes_total{listener="kube-apiserver",backend="controller-0",direction="to_client"} 0
keepstate_lb_backend_bytes_total{listener="kube-apiserver",backend="controller-1",direction="to_backend"} 1000000000000
keepstate_lb_backend_bytes_total{listener="kube-apiserver",backend="controller-1",direction="to_client"} 123456789
# HELP keepstate_lb_backend_answers_total Sessions that the backend has sent a byte.
# TYPE keepstate_lb_backend_answers_total counter
keepstate_lb_backend_answers_total{listener="kube-apiserver",backend="controller-0"} 0
keepstate_lb_backend_answers_total{listener="kube-apiserver",backend="controller-1"} 11
# HELP keepstate_lb_backend_silences_total Tries that got no answer or no first byte in time.
# TYPE keepstate_lb_backend_silences_total counter
keepstate_lb_backend_silences_total{listener="kube-apiserver",backend="controller-0"} 0
keepstate_lb_backend_silences_total{listener="kube-apiserver",backend="controller-1"} 12
# HELP keepstate_lb_backend_early_ends_total Connections that ended, or said what is no TLS, before a first byte.
# TYPE keepstate_lb_backend_early_ends_total counter
keepstate_lb_backend_early_ends_total{listener="kube-apiserver",backend="controller-0"} 0
keepstate_lb_backend_early_ends_total{listener="kube-apiserver",backend="controller-1"} 13
# HELP keepstate_lb_backend_ejections_total Times that the backend was ejected.
# TYPE keepstate_lb_backend_ejections_total counter
keepstate_lb_backend_ejections_total{listener="kube-apiserver",backend="controller-0"} 1
keepstate_lb_backend_ejections_total{listener="kube-apiserver",backend="controller-1"} 0
)";

TEST_F(MetricsExporterTest, SumsTheRowsOfTheWorkers) {
  listener_row(0).accepted.add(5);
  listener_row(1).accepted.add(7);
  listener_row(0).closed[0].add(4);
  listener_row(1).closed[1].add(2);
  listener_row(1).retries.add(3);
  listener_row(0).reused_sockets.add(2);
  listener_row(1).reused_sockets.add(3);
  listener_row(0).connect_hedges.add(8);
  listener_row(1).first_flight_hedges.add(9);
  listener_row(1).hedge_wins.add(7);
  listener_row(0).hedges_denied.add(1);
  listener_row(0).rebalanced.add(2);
  listener_row(1).rebalance_wishes.add(3);
  stats_[1]->small_pipes.add(4);
  stats_[0]->pauses_for_descriptors.add(1);
  stats_[1]->pauses_for_limit.add(2);
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
  controller_.set_condition({0, 1}, backend::Condition::kDown, "refused");
  controller_.eject({0, 0}, "silent");
  controller_.readmit({0, 0}, "again");
  count_checks({0, 0}, CheckOutcome::kPassed, 7);
  count_checks({0, 0}, CheckOutcome::kNotReady, 1);
  count_checks({0, 1}, CheckOutcome::kFailed, 2);
  count_checks({0, 1}, CheckOutcome::kDiscarded, 3);
  EXPECT_EQ(render(), kAll);
}

TEST_F(MetricsExporterTest, ReadsStrictly) {
  const StrictReader reader(render());
  EXPECT_EQ(reader.samples.size(), 80U);
  EXPECT_EQ(reader.samples.at("keepstate_lb_fail_open{listener=\"kube-apiserver\"}"), 0);
}

TEST_F(MetricsExporterTest, TellsFailOpen) {
  controller_.set_condition({0, 0}, backend::Condition::kDraining, "not ready");
  controller_.set_condition({0, 1}, backend::Condition::kDown, "refused");
  const StrictReader reader(render());
  EXPECT_EQ(reader.samples.at("keepstate_lb_fail_open{listener=\"kube-apiserver\"}"), 1);
}

TEST_F(MetricsExporterTest, EscapesNames) {
  auto config = sample_config({1});
  config.listeners[0].name = "quote\" back\\slash and\nline";
  const Controller controller(config, 1, 100, clock_, log_);
  const StrictReader reader(MetricsExporter(controller, stats_, "1.2.3").render());
  EXPECT_EQ(reader.samples.count("keepstate_lb_retries_total{listener=\"quote\\\" back\\\\slash and\\nline\"}"), 1U);
}

TEST_F(MetricsExporterTest, TellsWhoWasRefusedAndHowManyAreRemembered) {
  auto config = sample_config({1});
  config.listeners[0].sticky = cluster::Sticky{};
  const Controller controller(config, 2, 100, clock_, log_);
  listener_row(0).denied.add(3);
  listener_row(1).denied.add(1);
  listener_row(1).over_source_limit.add(2);
  listener_row(0).closed[static_cast<std::size_t>(proxy::CloseReason::kBackendsFull)].add(5);
  controller.listeners()[0].sources.sticky->assign(base::IpAddress(), 1, {});
  const StrictReader reader(MetricsExporter(controller, stats_, "1.2.3").render());
  const std::string refused = "keepstate_lb_refused_total{listener=\"kube-apiserver\",reason=";
  EXPECT_EQ(reader.samples.at(refused + "\"denied\"}"), 4);
  EXPECT_EQ(reader.samples.at(refused + "\"source_limit\"}"), 2);
  EXPECT_EQ(reader.samples.at(refused + "\"backends_full\"}"), 5);
  EXPECT_EQ(reader.samples.at("keepstate_lb_sticky_entries{listener=\"kube-apiserver\"}"), 1);
}

// A reader may see a worker's count of the ends before that of the beginnings.
TEST_F(MetricsExporterTest, ActiveIsNeverLessThanNone) {
  listener_row(0).accepted.add(1);
  listener_row(0).closed[0].add(2);
  const StrictReader reader(render());
  EXPECT_EQ(reader.samples.at("keepstate_lb_connections_active{listener=\"kube-apiserver\"}"), 0);
}

}  // namespace
}  // namespace lb::control
