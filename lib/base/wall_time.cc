#include "lib/base/wall_time.h"

#include <fmt/format.h>

#include <ctime>

namespace base {

std::string rfc3339(WallTime time) {
  const auto milliseconds = std::chrono::floor<std::chrono::milliseconds>(time.time_since_epoch());
  const auto seconds = std::chrono::floor<std::chrono::seconds>(milliseconds);
  const auto count = static_cast<std::time_t>(seconds.count());
  std::tm utc{};
  ::gmtime_r(&count, &utc);
  return fmt::format("{:04}-{:02}-{:02}T{:02}:{:02}:{:02}.{:03}Z", utc.tm_year + 1900, utc.tm_mon + 1, utc.tm_mday,
                     utc.tm_hour, utc.tm_min, utc.tm_sec, (milliseconds - seconds).count());
}

}  // namespace base
