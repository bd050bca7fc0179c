#include "lib/firewall/check_ruleset.h"

#include <algorithm>
#include <cctype>

namespace firewall {
namespace {

constexpr std::string_view kPrefix = "keepstate";
constexpr std::size_t kLongestName = 16;
constexpr std::size_t kLongestInterface = 15;  // IFNAMSIZ - 1, on every system

bool is_name(std::string_view name) {
  if (!name.starts_with(kPrefix) || name.size() > kLongestName) return false;
  const std::string_view rest = name.substr(kPrefix.size());
  const auto is_allowed = [](unsigned char c) { return std::islower(c) != 0 || std::isdigit(c) != 0 || c == '_'; };
  return rest.empty() || (rest.front() == '_' && std::ranges::all_of(rest, is_allowed));
}

bool is_interface(std::string_view name) {
  if (name.empty() || name.size() > kLongestInterface || std::isalpha(static_cast<unsigned char>(name[0])) == 0) {
    return false;
  }
  return std::ranges::all_of(name,
                             [](unsigned char c) { return std::isalnum(c) != 0 || c == '.' || c == '_' || c == '-'; });
}

base::Result<void> check_masquerade(const Masquerade& masquerade) {
  if (masquerade.sources.empty()) {
    return base::fail("{}: nothing is named whose address shall be hidden; give its networks",
                      printable(masquerade.name));
  }
  if (!is_interface(masquerade.uplink)) {
    return base::fail(
        "{}: '{}' names no interface; give the one to the world, such as eth0, in 1 to {} letters, "
        "digits, '.', '_' or '-', a letter first",
        printable(masquerade.name), printable(masquerade.uplink), kLongestInterface);
  }
  return {};
}

}  // namespace

base::Result<void> check_ruleset(const Ruleset& ruleset) {
  if (!is_name(ruleset.name)) {
    return base::fail(
        "'{}' cannot mark rules as ours; use keepstate, or keepstate_ and lower-case letters, digits or "
        "'_' behind it, {} in all",
        printable(ruleset.name), kLongestName);
  }
  for (const Masquerade& masquerade : ruleset.masquerades) {
    if (auto checked = check_masquerade(masquerade); !checked) return checked;
  }
  return {};
}

std::string printable(std::string_view text, std::size_t most) {
  std::string shown(text.substr(0, most));
  std::ranges::replace_if(
      shown, [](unsigned char c) { return c < 0x20 || c >= 0x7f || c == '"' || c == '\\'; }, '?');
  return shown;
}

}  // namespace firewall
