#include "pki/plan/moment.h"

#include <fmt/chrono.h>
#include <fmt/format.h>

#include <ctime>

namespace pki::plan {
namespace {

std::tm utc_of(std::chrono::sys_seconds time) {
  return fmt::gmtime(static_cast<std::time_t>(time.time_since_epoch().count()));
}

std::string counted(long long count, const char* unit) {
  return fmt::format("{} {}{}", count, unit, count == 1 ? "" : "s");
}

}  // namespace

std::string moment_text(std::chrono::sys_seconds time) {
  return fmt::format("{:%Y-%m-%d %H:%M:%S} UTC", utc_of(time));
}

std::string date_text(std::chrono::sys_seconds time) {
  return fmt::format("{:%Y-%m-%d}", utc_of(time));
}

std::string span_text(std::chrono::seconds span) {
  using namespace std::chrono;
  if (span >= days(1)) return counted(duration_cast<days>(span).count(), "day");
  if (span >= hours(1)) return counted(duration_cast<hours>(span).count(), "hour");
  return counted(duration_cast<minutes>(span).count(), "minute");
}

}  // namespace pki::plan
