// MetricsExporter: what has been counted, as Prometheus reads it. Sums the workers' rows when it is asked, so that
// counting costs the workers nothing. Control loop's thread only. docs/metrics.md has the names; a test holds both
// equal.
#pragma once

#include <cstddef>
#include <functional>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "lb/access_log/writer.h"
#include "lb/control/backend_metrics.h"
#include "lb/control/controller.h"
#include "lb/control/reload_status.h"
#include "lb/proxy/worker_stats.h"
#include "lib/base/clock.h"
#include "lib/base/counter.h"
#include "lib/base/process_usage.h"

namespace lb::control {

class MetricsExporter {
 public:
  // All that is referred to outlives the exporter.
  struct Sources {
    const Controller& controller;
    const std::vector<std::unique_ptr<proxy::WorkerStats>>& workers;
    const base::Clock& clock;
    const base::Gauge& control_lag;        // of the control loop, as net::LoopLag tells it
    const access_log::Writer* access_log;  // null: there is no access log
    std::function<ReloadStatus()> reload;
    std::string version;
    std::function<std::size_t()> old_processes = [] { return std::size_t{0}; };
  };
  explicit MetricsExporter(Sources sources) : sources_(std::move(sources)) {}

  // Whoever sends it to a client that reads slowly may keep it: the next one is made elsewhere then.
  [[nodiscard]] std::shared_ptr<const std::string> render() const;

 private:
  Sources sources_;
  // What one scrape leaves for the next: a page of a thousand backends takes three megabytes, which the system would
  // have to hand out anew, and the lines' labels.
  mutable std::shared_ptr<std::string> page_ = std::make_shared<std::string>();
  mutable BackendMetrics backends_;
  mutable base::DescriptorCount descriptors_;
};

}  // namespace lb::control
