#include "lib/base/duration.h"

#include <array>
#include <charconv>
#include <cstdint>

namespace base {
namespace {

struct TimeUnit {
  std::string_view name;
  std::uint64_t milliseconds;
};

constexpr std::array kTimeUnits = {TimeUnit{"h", 3'600'000}, TimeUnit{"m", 60'000}, TimeUnit{"s", 1'000},
                                   TimeUnit{"ms", 1}};
// Far beyond every real use, and far from where the arithmetic of timers overflows.
constexpr std::uint64_t kLongestDuration = 100ULL * 366 * 24 * 3'600'000;

Failure not_a_duration(std::string_view text) {
  return fail("'{}' is not a duration; write a number and a unit, as 500ms, 2s, 5m or 1h30m", text);
}

// The place of the unit's name in kTimeUnits, or the number of units when it is none.
std::size_t index_of_unit(std::string_view name) noexcept {
  std::size_t i = 0;
  while (i < kTimeUnits.size() && kTimeUnits[i].name != name) ++i;
  return i;
}

}  // namespace

Result<std::chrono::milliseconds> parse_duration(std::string_view text) {
  if (text.starts_with('-')) return fail("'{}' is negative; write a duration as 500ms, 2s, 5m or 1h30m", text);
  if (text.empty()) return not_a_duration(text);
  std::uint64_t total = 0;
  std::size_t next_unit = 0;  // units may only become smaller
  for (std::string_view rest = text; !rest.empty();) {
    std::uint64_t number = 0;
    const auto [end, error] = std::from_chars(rest.data(), rest.data() + rest.size(), number);
    if (error == std::errc::invalid_argument) return not_a_duration(text);
    rest.remove_prefix(static_cast<std::size_t>(end - rest.data()));
    const std::string_view name = rest.substr(0, rest.find_first_of("0123456789"));
    const std::size_t unit = index_of_unit(name);
    if (unit < next_unit || unit == kTimeUnits.size()) return not_a_duration(text);
    if (error != std::errc{} || number > (kLongestDuration - total) / kTimeUnits[unit].milliseconds) {
      return fail("'{}' is too long a duration; a century is the most", text);
    }
    total += number * kTimeUnits[unit].milliseconds;
    rest.remove_prefix(name.size());
    next_unit = unit + 1;
  }
  return std::chrono::milliseconds(total);
}

std::string duration_text(std::chrono::milliseconds duration) {
  if (duration.count() == 0) return "0s";
  std::string text;
  auto rest = static_cast<std::uint64_t>(duration.count());
  for (const TimeUnit& unit : kTimeUnits) {
    if (rest >= unit.milliseconds) text += fmt::format("{}{}", rest / unit.milliseconds, unit.name);
    rest %= unit.milliseconds;
  }
  return text;
}

}  // namespace base
