// Moments as people read them. Pure; any thread.
#pragma once

#include <chrono>
#include <string>

namespace pki::plan {

// "2026-11-23 12:00:00 UTC".
[[nodiscard]] std::string moment_text(std::chrono::sys_seconds time);
// "2026-11-23".
[[nodiscard]] std::string date_text(std::chrono::sys_seconds time);
// "3 days", "5 hours", "12 minutes": whole units, rounded down. Not for negative spans.
[[nodiscard]] std::string span_text(std::chrono::seconds span);

}  // namespace pki::plan
