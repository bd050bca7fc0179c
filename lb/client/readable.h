// Amounts as a person at a terminal reads them: two significant parts, no more. Pure; any thread.
#pragma once

#include <cstdint>
#include <string>

namespace lb::client {

// "3d 4h", "1h 5m", "2m 10s", "5.2s", "120ms".
[[nodiscard]] std::string readable_duration(double seconds);
// "0 B", "512 B", "1.5 KiB", "20 MiB": powers of 1024.
[[nodiscard]] std::string readable_size(std::uint64_t bytes);
// "33 %", "0.4 %".
[[nodiscard]] std::string readable_share(double share);

}  // namespace lb::client
