// What is exported of the process, under the names that every exporter of Prometheus gives them. Any thread.
#pragma once

#include "lb/control/exposition.h"
#include "lib/base/process_usage.h"

namespace lb::control {

void add_process_metrics(Exposition& out, const base::ProcessUsage& usage);

}  // namespace lb::control
