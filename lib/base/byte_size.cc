#include "lib/base/byte_size.h"

#include <array>
#include <charconv>
#include <limits>

namespace base {
namespace {

struct SizeUnit {
  std::string_view name;
  unsigned shift;
};

constexpr std::array kSizeUnits = {SizeUnit{"TiB", 40}, SizeUnit{"GiB", 30}, SizeUnit{"MiB", 20}, SizeUnit{"KiB", 10},
                                   SizeUnit{"B", 0}};

// "G", "GB", "gb" and "Gi" say GiB to most people; "" and "x" say nothing.
const SizeUnit* meant_by(std::string_view name) noexcept {
  if (name.empty()) return nullptr;
  const char first = static_cast<char>(name.front() & ~0x20);  // ASCII upper case
  for (const SizeUnit& unit : kSizeUnits) {
    if (unit.name.front() == first) return &unit;
  }
  return nullptr;
}

Failure unknown_unit(std::string_view text, std::uint64_t number, std::string_view name) {
  if (name.empty()) return fail("'{}' has no unit; write it as {}GiB or {}MiB", text, number, number);
  if (const SizeUnit* unit = meant_by(name))
    return fail("'{}' has no known unit; write {}{}", text, number, unit->name);
  return fail("'{}' has no known unit; the units are B, KiB, MiB, GiB and TiB", text);
}

}  // namespace

Result<std::uint64_t> parse_byte_size(std::string_view text) {
  if (text.starts_with('-')) return fail("'{}' is negative; write a size as 8GiB or 512MiB", text);
  std::uint64_t number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error == std::errc::invalid_argument) return fail("'{}' is not a size; write it as 8GiB or 512MiB", text);
  const std::string_view name = text.substr(static_cast<std::size_t>(end - text.data()));
  for (const SizeUnit& unit : kSizeUnits) {
    if (unit.name != name) continue;
    if (error != std::errc{} || number > std::numeric_limits<std::uint64_t>::max() >> unit.shift) break;
    return number << unit.shift;
  }
  if (error != std::errc{} || number > std::numeric_limits<std::uint64_t>::max() >> 40U) {
    return fail("'{}' is too large a size; fewer than 16777216TiB are the most", text);
  }
  return unknown_unit(text, number, name);
}

std::string byte_size_text(std::uint64_t bytes) {
  for (const SizeUnit& unit : kSizeUnits) {
    const std::uint64_t number = bytes >> unit.shift;
    if (number != 0 && number << unit.shift == bytes) return fmt::format("{}{}", number, unit.name);
  }
  return "0B";
}

}  // namespace base
