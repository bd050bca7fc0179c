#include "lb/control/metrics_exporter.h"

#include <cstddef>
#include <utility>

#include "lb/control/daemon_metrics.h"
#include "lb/control/exposition.h"
#include "lb/control/listener_metrics.h"
#include "lb/control/process_metrics.h"

namespace lb::control {
namespace {

LostLines lost_lines(const access_log::Writer* log) {
  if (log == nullptr) return {};
  return {.no_room = log->dropped(), .write_error = log->lost()};
}

}  // namespace

std::shared_ptr<const std::string> MetricsExporter::render() const {
  if (page_.use_count() > 1) page_ = std::make_shared<std::string>();  // is still on its way to somebody
  const base::SteadyTime now = sources_.clock.now();
  Exposition out(std::move(*page_));
  add_build_metrics(out, sources_.version);
  add_daemon_metrics(out, sources_.controller);
  add_worker_metrics(out, sources_.workers, sources_.control_lag, now);
  add_reload_metrics(out, sources_.reload());
  add_succession_metrics(out, sources_.old_processes());
  add_access_log_metrics(out, lost_lines(sources_.access_log));
  add_listener_metrics(out, sources_.controller);
  backends_.add(out, sources_.controller, now);
  add_process_metrics(out, base::process_usage(descriptors_, now));
  *page_ = std::move(out).take();
  return page_;
}

}  // namespace lb::control
