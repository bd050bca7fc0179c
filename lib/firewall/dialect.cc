#include "lib/firewall/dialect.h"

#include <algorithm>
#include <array>

#include "lib/firewall/ipfw.h"

namespace firewall {
namespace {

constexpr std::array kDialects{
    Dialect{.name = "ipfw", .check = check_ipfw, .render = render_ipfw},
};

std::string known_names() {
  std::string names;
  for (const Dialect& dialect : kDialects) {
    if (!names.empty()) names += ", ";
    names += dialect.name;
  }
  return names;
}

}  // namespace

base::Result<Dialect> find_dialect(std::string_view name) {
  const auto* const found = std::ranges::find(kDialects, name, &Dialect::name);
  if (found == kDialects.end()) return base::fail("there is no ruleset format '{}'; known: {}", name, known_names());
  return *found;
}

base::Result<std::string> render(const Ruleset& ruleset, std::string_view dialect) {
  const auto found = find_dialect(dialect);
  if (!found) return base::Failure(found.error());
  if (auto checked = found->check(ruleset); !checked) {
    return base::fail("cannot write the rules for {}: {}", found->name, checked.error().message);
  }
  return found->render(ruleset);
}

}  // namespace firewall
