// Amounts of bytes as people write them: "8GiB", "512MiB". Pure functions; any thread.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "lib/base/result.h"

namespace base {

// A whole number and one of the units B, KiB, MiB, GiB, TiB (powers of 1024, IEC 80000-13). A bare number and the
// ambiguous G and GB are errors that name the right unit.
[[nodiscard]] Result<std::uint64_t> parse_byte_size(std::string_view text);

// The text with the largest unit that divides the size: 8ULL << 30 is "8GiB".
[[nodiscard]] std::string byte_size_text(std::uint64_t bytes);

}  // namespace base
