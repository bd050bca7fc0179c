#include "lb/control/process_metrics.h"

namespace lb::control {

void add_process_metrics(Exposition& out, const base::ProcessUsage& usage) {
  using Type = Exposition::Type;
  out.begin("process_cpu_seconds_total", Type::kCounter, "Processor time, user and system, of all threads.");
  out.add({}, seconds(usage.cpu));
  if (usage.resident_bytes) {
    out.begin("process_resident_memory_bytes", Type::kGauge, "Memory that is really there.");
    out.add({}, *usage.resident_bytes);
  }
  if (usage.open_descriptors) {
    out.begin("process_open_fds", Type::kGauge, "Open descriptors.");
    out.add({}, *usage.open_descriptors);
  }
  out.begin("process_max_fds", Type::kGauge, "Descriptors that may be open.");
  out.add({}, usage.most_descriptors);
  if (usage.started) {
    out.begin("process_start_time_seconds", Type::kGauge, "When the process began, since 1970.");
    out.add({}, seconds(usage.started->time_since_epoch()));
  }
}

}  // namespace lb::control
