#include "lb/control/daemon_metrics.h"

#include <string>

#include "lb/net/loop_lag.h"

namespace lb::control {
namespace {

using Type = Exposition::Type;
using Stats = proxy::WorkerStats;
using Workers = std::vector<std::unique_ptr<Stats>>;

// `counter(stats)` is one of a worker's.
template <class Read>
std::uint64_t sum(const Workers& workers, Read counter) {
  std::uint64_t total = 0;
  for (const auto& stats : workers) total += counter(*stats).value();
  return total;
}

}  // namespace

void add_build_metrics(Exposition& out, std::string_view version) {
  out.begin("keepstate_lb_build_info", Type::kGauge, "Always 1; what was built is in the labels.");
  out.add({{"version", version}, {"compiler", __VERSION__}}, 1);
}

void add_daemon_metrics(Exposition& out, const Controller& controller) {
  out.begin("keepstate_lb_snapshot_generation", Type::kGauge, "Generation of the snapshot that is published now.");
  out.add({}, controller.snapshot()->generation);
  out.begin("keepstate_lb_connections_limit", Type::kGauge, "Sessions that the whole daemon takes at a time.");
  out.add({}, controller.snapshot()->max_connections);
}

void add_worker_metrics(Exposition& out, const Workers& workers, const base::Gauge& control_lag, base::SteadyTime now) {
  out.begin("keepstate_lb_workers", Type::kGauge, "Worker threads.");
  out.add({}, workers.size());
  out.begin("keepstate_lb_sessions_active", Type::kGauge,
            "Sessions of the whole process now, those of listeners that are gone included.");
  out.add({}, sum(workers, [](const Stats& stats) -> auto& { return stats.active; }));
  out.begin("keepstate_lb_accept_pauses_total", Type::kCounter, "Times that accepting paused, by what had run out.");
  out.add({}, {"reason", "descriptors"},
          sum(workers, [](const Stats& stats) -> auto& { return stats.pauses_for_descriptors; }));
  out.add({}, {"reason", "limit"}, sum(workers, [](const Stats& stats) -> auto& { return stats.pauses_for_limit; }));
  out.add({}, {"reason", "listener_limit"},
          sum(workers, [](const Stats& stats) -> auto& { return stats.pauses_for_listener_limit; }));
  out.begin("keepstate_lb_spliced_bytes_total", Type::kCounter, "Bytes of bulk that went through a pipe.");
  out.add({}, sum(workers, [](const Stats& stats) -> auto& { return stats.pipes.spliced_bytes; }));
  out.begin("keepstate_lb_small_pipes_total", Type::kCounter,
            "Pipes for bulk that the system made smaller than wanted (pipe-user-pages-soft).");
  out.add({}, sum(workers, [](const Stats& stats) -> auto& { return stats.pipes.small; }));
  out.begin("keepstate_lb_loop_lag_seconds", Type::kGauge,
            "How late a loop came to what was due, at worst, in the last 10 to 20 seconds.");
  // This is the control loop: it does not hang now.
  out.add({{"loop", "control"}}, seconds(std::chrono::nanoseconds(static_cast<std::int64_t>(control_lag.value()))));
  for (std::size_t i = 0; i < workers.size(); ++i) {
    out.add({{"loop", "worker" + std::to_string(i)}},
            seconds(net::lag_at(now, workers[i]->loop_lag, workers[i]->loop_beat)));
  }
}

void add_reload_metrics(Exposition& out, const ReloadStatus& reload) {
  out.begin("keepstate_lb_config_last_reload_successful", Type::kGauge,
            "1 when the file was taken the last time that it was read.");
  out.add({}, reload.last_successful ? 1 : 0);
  out.begin("keepstate_lb_config_last_reload_success_timestamp_seconds", Type::kGauge,
            "When a file was taken last, or the start, since 1970.");
  out.add({}, seconds(reload.last_success.time_since_epoch()));
  out.begin("keepstate_lb_config_generation", Type::kGauge,
            "Generation of the file: one more with each that was taken.");
  out.add({}, reload.generation);
}

void add_succession_metrics(Exposition& out, std::size_t old_processes) {
  out.begin("keepstate_lb_old_processes", Type::kGauge,
            "Processes that were followed by this one and still have sessions.");
  out.add({}, old_processes);
}

void add_access_log_metrics(Exposition& out, const LostLines& lost) {
  out.begin("keepstate_lb_access_log_dropped_total", Type::kCounter,
            "Lines of the access log that never came, by reason.");
  out.add({}, {"reason", "no_room"}, lost.no_room);
  out.add({}, {"reason", "write_error"}, lost.write_error);
}

}  // namespace lb::control
