#include "lib/base/lifetime.h"

#include <charconv>

namespace base {
namespace {

constexpr unsigned kHoursOfDay = 24;
constexpr unsigned kHoursOfYear = 365 * kHoursOfDay;
constexpr unsigned kLongestLifetime = 100 * kHoursOfYear;

unsigned hours_of(char unit) noexcept {
  if (unit == 'y') return kHoursOfYear;
  if (unit == 'd') return kHoursOfDay;
  return unit == 'h' ? 1 : 0;
}

}  // namespace

Result<std::chrono::hours> parse_lifetime(std::string_view text) {
  const char* const last = text.data() + text.size();
  unsigned number = 0;
  const auto [end, error] = std::from_chars(text.data(), last, number);
  const unsigned unit = end != last && end + 1 == last ? hours_of(*end) : 0;
  if (error == std::errc::invalid_argument || unit == 0) {
    return fail("'{}' is not a lifetime; write a number and a unit, as 12h, 30d or 1y", text);
  }
  if (error != std::errc{} || number > kLongestLifetime / unit) {
    return fail("'{}' is too long a lifetime; a century (100y) is the most", text);
  }
  if (number == 0) return fail("'{}' is too short a lifetime; an hour (1h) is the least", text);
  return std::chrono::hours(number * unit);
}

std::string lifetime_text(std::chrono::hours lifetime) {
  const auto hours = lifetime.count();
  if (hours > 0 && hours % kHoursOfYear == 0) return fmt::format("{}y", hours / kHoursOfYear);
  if (hours > 0 && hours % kHoursOfDay == 0) return fmt::format("{}d", hours / kHoursOfDay);
  return fmt::format("{}h", hours);
}

}  // namespace base
