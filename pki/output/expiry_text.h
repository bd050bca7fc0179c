// Expiries as a table, as JSON and as Prometheus' text for node_exporter. Pure; any thread.
#pragma once

#include <chrono>
#include <string>
#include <vector>

#include "pki/plan/expiry.h"

namespace pki::output {

// A line each, in columns.
[[nodiscard]] std::string expiry_table(const std::vector<plan::Expiry>& all, std::chrono::sys_seconds now);
// One object; times as RFC 3339 has them.
[[nodiscard]] std::string expiry_json(const std::vector<plan::Expiry>& all, std::chrono::sys_seconds now,
                                      std::chrono::seconds within);
// docs/pki.md names the metrics.
[[nodiscard]] std::string expiry_metrics(const std::vector<plan::Expiry>& all, std::chrono::sys_seconds now);

}  // namespace pki::output
