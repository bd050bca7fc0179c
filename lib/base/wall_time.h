// WallTime: the time of day, for people to read; it may jump, so durations are measured by Clock. Pure; any thread.
#pragma once

#include <chrono>
#include <string>

namespace base {

using WallTime = std::chrono::system_clock::time_point;

// "2026-11-23T17:11:23.045Z" (RFC 3339, UTC, milliseconds).
[[nodiscard]] std::string rfc3339(WallTime time);

}  // namespace base
