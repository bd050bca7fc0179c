#include "lib/firewall/iptables.h"

#include <fmt/format.h>

#include <array>
#include <iterator>

#include "lib/firewall/check_ruleset.h"
#include "lib/firewall/networks.h"

namespace firewall {
namespace {

using Out = std::back_insert_iterator<std::string>;

// A chain of the system's that jumps to one of ours; the name of ours has at most 28 bytes (XT_EXTENSION_MAXNAMELEN).
struct Jump {
  const char* table;
  const char* from;
  const char* suffix;
};
constexpr std::array kJumps{Jump{"nat", "POSTROUTING", "post"}, Jump{"filter", "FORWARD", "forward"}};

std::string chain_of(const Ruleset& ruleset, const Jump& jump) {
  return fmt::format("{}_{}", ruleset.name, jump.suffix);
}

std::string render_header(const Ruleset& ruleset) {
  return fmt::format(
      R"(# Rules of iptables(8) that hide networks behind this host's address. Lines that begin with -4 are for iptables-restore
# alone, those with -6 for ip6tables-restore; each passes over the other's.
# Check:  {}
# Load:   {}
# Remove: {}
#
# This host needs sysctl net.ipv4.ip_forward=1 (and net.ipv6.conf.all.forwarding=1 where IPv6 is named).

)",
      to_text(iptables_check_argv(ruleset, "FILE")),
      "as Remove, then " + to_text({{{"iptables-restore", "-w", "--noflush", "FILE"}},
                                    {{"ip6tables-restore", "-w", "--noflush", "FILE"}}}),
      to_text(iptables_remove_argv(ruleset), "\n#         "));
}

void add_masquerade(const Masquerade& masquerade, Family family, const std::string& chain, Out out) {
  const std::string_view only = family == Family::kV4 ? "-4" : "-6";
  for (const base::IpNetwork& source : of_family(masquerade.sources, family)) {
    for (const base::IpNetwork& stays : of_family(masquerade.except, family)) {
      fmt::format_to(out, "{} -A {} -s {} -d {} -j RETURN\n", only, chain, source.to_string(), stays.to_string());
    }
    fmt::format_to(out, "{} -A {} -s {} -o {} -m comment --comment \"{}\" -j MASQUERADE\n", only, chain,
                   source.to_string(), masquerade.uplink, printable(masquerade.name));
  }
}

void add_forwarding(const Masquerade& masquerade, Family family, const std::string& chain, Out out) {
  const std::string_view only = family == Family::kV4 ? "-4" : "-6";
  for (const base::IpNetwork& source : of_family(masquerade.sources, family)) {
    fmt::format_to(out, "{0} -A {1} -s {2} -j ACCEPT\n{0} -A {1} -d {2} -j ACCEPT\n", only, chain, source.to_string());
  }
}

// One table: our chain, declared (which empties it) and filled, and the jump to it.
template <class Add>
void render_table(const Ruleset& ruleset, const Jump& jump, Out out, Add add) {
  const std::string chain = chain_of(ruleset, jump);
  fmt::format_to(out, "*{}\n:{} - [0:0]\n", jump.table, chain);
  for (const Masquerade& masquerade : ruleset.masquerades) {
    for (const Family family : kFamilies) add(masquerade, family, chain, out);
  }
  fmt::format_to(out, "-I {} -j {}\nCOMMIT\n", jump.from, chain);
}

}  // namespace

base::Result<void> check_iptables(const Ruleset& ruleset) {
  if (!ruleset.spreads.empty()) return base::fail("this version spreads connections by ipfw alone");
  return {};
}

std::string render_iptables(const Ruleset& ruleset) {
  std::string text = render_header(ruleset);
  const Out out(text);
  render_table(ruleset, kJumps[0], out, add_masquerade);
  render_table(ruleset, kJumps[1], out, add_forwarding);
  return text;
}

std::vector<Command> iptables_check_argv(const Ruleset& /*ruleset*/, const std::string& file) {
  return {{{"iptables-restore", "-w", "--noflush", "--test", file}},
          {{"ip6tables-restore", "-w", "--noflush", "--test", file}}};
}

// A jump that stands there already would stand there twice.
std::vector<Command> iptables_apply_argv(const Ruleset& ruleset, const std::string& file) {
  auto commands = iptables_remove_argv(ruleset);
  commands.push_back({{"iptables-restore", "-w", "--noflush", file}});
  commands.push_back({{"ip6tables-restore", "-w", "--noflush", file}});
  return commands;
}

std::vector<Command> iptables_remove_argv(const Ruleset& ruleset) {
  std::vector<Command> commands;
  for (const char* program : {"iptables", "ip6tables"}) {
    for (const Jump& jump : kJumps) {
      const std::string chain = chain_of(ruleset, jump);
      commands.push_back({{program, "-w", "-t", jump.table, "-D", jump.from, "-j", chain}, OnFailure::kGoOn});
      commands.push_back({{program, "-w", "-t", jump.table, "-F", chain}, OnFailure::kGoOn});
      commands.push_back({{program, "-w", "-t", jump.table, "-X", chain}, OnFailure::kGoOn});
    }
  }
  return commands;
}

}  // namespace firewall
