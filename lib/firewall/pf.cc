#include "lib/firewall/pf.h"

#include <fmt/format.h>

#include <iterator>

#include "lib/firewall/check_ruleset.h"
#include "lib/firewall/networks.h"

namespace firewall {
namespace {

using Out = std::back_insert_iterator<std::string>;

std::string render_pf_header(const Ruleset& ruleset) {
  return fmt::format(R"(# Rules of pf.conf(5), as FreeBSD has it, that hide networks behind this host's address.
# Check:  {0}
# Load:   {1}
# Remove: {2}
#
# They stand in an anchor, which /etc/pf.conf must name, in its parts for translation and for filtering:
#   nat-anchor "{3}"
#   anchor "{3}"
# This host needs sysctl net.inet.ip.forwarding=1 (and net.inet6.ip6.forwarding=1 where IPv6 is named).

)",
                     to_text(pf_check_argv(ruleset, "FILE")), to_text(pf_apply_argv(ruleset, "FILE")),
                     to_text(pf_remove_argv(ruleset)), ruleset.name);
}

// One masquerade in one family: pf wants tables first, translation next and filters last, so each has its own text.
struct Parts {
  std::string tables;
  std::string translation;
  std::string filters;
};

void add_masquerade(const Ruleset& ruleset, std::size_t index, Family family, Parts& parts) {
  const Masquerade& masquerade = ruleset.masquerades[index];
  const auto sources = of_family(masquerade.sources, family);
  if (sources.empty()) return;
  const auto except = of_family(masquerade.except, family);
  const std::string_view inet = family == Family::kV4 ? "inet" : "inet6";
  const std::string suffix = fmt::format("{}{}", index, family == Family::kV4 ? "" : "v6");
  const std::string from = "from" + suffix;
  const std::string stay = "stay" + suffix;
  const std::string& uplink = masquerade.uplink;
  fmt::format_to(Out(parts.tables), "table <{}> const {{ {} }} # {}\n", from, list_of(sources, ", "),
                 printable(masquerade.name));
  if (!except.empty()) {
    fmt::format_to(Out(parts.tables), "table <{}> const {{ {} }}\n", stay, list_of(except, ", "));
  }
  // `:0` leaves aliases out, a VIP among them; an IPv6 interface's first address may be link-local.
  fmt::format_to(Out(parts.translation), "nat on {} {} from <{}> to {} tag {} -> ({}{})\n", uplink, inet, from,
                 except.empty() ? "any" : fmt::format("! <{}>", stay), ruleset.name, uplink,
                 family == Family::kV4 ? ":0" : "");
  fmt::format_to(Out(parts.filters),
                 "pass in {0} from <{1}> to ! (self) keep state\npass out {0} from any to <{1}> keep state\n", inet,
                 from);
}

}  // namespace

base::Result<void> check_pf(const Ruleset& ruleset) {
  if (!ruleset.spreads.empty()) return base::fail("this version spreads connections by ipfw alone");
  return {};
}

std::string render_pf(const Ruleset& ruleset) {
  Parts parts;
  for (std::size_t i = 0; i < ruleset.masquerades.size(); ++i) {
    for (const Family family : kFamilies) add_masquerade(ruleset, i, family, parts);
  }
  if (!parts.filters.empty()) parts.filters += fmt::format("pass out tagged {} keep state\n", ruleset.name);
  return render_pf_header(ruleset) + parts.tables + "\n" + parts.translation + "\n" + parts.filters;
}

std::vector<Command> pf_check_argv(const Ruleset& ruleset, const std::string& file) {
  return {{{"pfctl", "-q", "-n", "-a", ruleset.name, "-f", file}}};
}

std::vector<Command> pf_apply_argv(const Ruleset& ruleset, const std::string& file) {
  return {{{"pfctl", "-q", "-a", ruleset.name, "-f", file}}};
}

std::vector<Command> pf_remove_argv(const Ruleset& ruleset) {
  std::vector<Command> commands;
  for (const char* what : {"nat", "rules", "Tables"}) {
    commands.push_back({{"pfctl", "-q", "-a", ruleset.name, "-F", what}, OnFailure::kGoOn});
  }
  return commands;
}

}  // namespace firewall
