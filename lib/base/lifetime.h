// Lifetimes of certificates as people write them: "12h", "30d", "1y". Pure functions; any thread.
#pragma once

#include <chrono>
#include <string>
#include <string_view>

#include "lib/base/result.h"

namespace base {

// A whole number with one unit: y (365 days), d or h; at least an hour, at most a century.
[[nodiscard]] Result<std::chrono::hours> parse_lifetime(std::string_view text);

// The shortest text that parse_lifetime reads back as the same value; zero is "0h". Not for negative ones.
[[nodiscard]] std::string lifetime_text(std::chrono::hours lifetime);

}  // namespace base
