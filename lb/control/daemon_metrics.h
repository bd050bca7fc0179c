// What is exported of the daemon as a whole: its workers and loops, its file, its access log. Control loop's thread
// only.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string_view>
#include <vector>

#include "lb/control/controller.h"
#include "lb/control/exposition.h"
#include "lb/control/reload_status.h"
#include "lb/proxy/worker_stats.h"
#include "lib/base/clock.h"

namespace lb::control {

// Lines of the access log that never came.
struct LostLines {
  std::uint64_t no_room = 0;      // in the ring of a worker
  std::uint64_t write_error = 0;  // the file did not take them
};

void add_build_metrics(Exposition& out, std::string_view version);
void add_daemon_metrics(Exposition& out, const Controller& controller);
void add_worker_metrics(Exposition& out, const std::vector<std::unique_ptr<proxy::WorkerStats>>& workers,
                        const base::Gauge& control_lag, base::SteadyTime now);
void add_reload_metrics(Exposition& out, const ReloadStatus& reload);
void add_succession_metrics(Exposition& out, std::size_t old_processes);
void add_access_log_metrics(Exposition& out, const LostLines& lost);

}  // namespace lb::control
