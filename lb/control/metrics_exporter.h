// MetricsExporter: what has been counted, as Prometheus reads it (text format 0.0.4). Sums the workers' rows when it is
// asked, so that counting costs the workers nothing. Control loop's thread only.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "lb/control/controller.h"
#include "lb/proxy/worker_stats.h"

namespace lb::control {

class MetricsExporter {
 public:
  // All outlive the exporter.
  MetricsExporter(const Controller& controller, const std::vector<std::unique_ptr<proxy::WorkerStats>>& workers,
                  std::string version);

  // Names and meanings are in docs/metrics.md.
  [[nodiscard]] std::string render() const;

 private:
  const Controller& controller_;
  const std::vector<std::unique_ptr<proxy::WorkerStats>>& workers_;
  std::string version_;
};

}  // namespace lb::control
