// Durations as people write them: "500ms", "2s", "5m", "1h", "1h30m". Pure functions; any thread.
#pragma once

#include <chrono>
#include <string>
#include <string_view>

#include "lib/base/result.h"

namespace base {

// Whole numbers with the units h, m, s and ms, larger units first, each at most once. A bare number, a negative one, a
// fraction and more than a century are errors.
[[nodiscard]] Result<std::chrono::milliseconds> parse_duration(std::string_view text);

// The shortest text that parse_duration reads back as the same value; zero is "0s". Not for negative durations.
[[nodiscard]] std::string duration_text(std::chrono::milliseconds duration);

}  // namespace base
