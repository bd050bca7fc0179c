#include "lib/firewall/dialect.h"

#include <algorithm>
#include <array>

#include "lib/firewall/check_ruleset.h"
#include "lib/firewall/ipfw.h"
#include "lib/firewall/iptables.h"
#include "lib/firewall/nftables.h"
#include "lib/firewall/pf.h"

namespace firewall {
namespace {

constexpr std::array kDialects{
    Dialect{"ipfw", check_ipfw, render_ipfw, ipfw_check_argv, ipfw_apply_argv, ipfw_remove_argv},
    Dialect{"nftables", check_nftables, render_nftables, nft_check_argv, nft_apply_argv, nft_remove_argv},
    Dialect{"iptables", check_iptables, render_iptables, iptables_check_argv, iptables_apply_argv,
            iptables_remove_argv},
    Dialect{"pf", check_pf, render_pf, pf_check_argv, pf_apply_argv, pf_remove_argv},
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
  auto checked = check_ruleset(ruleset);
  if (checked) checked = found->check(ruleset);
  if (!checked) return base::fail("cannot write the rules for {}: {}", found->name, checked.error().message);
  return found->render(ruleset);
}

}  // namespace firewall
