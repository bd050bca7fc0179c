#include "lib/firewall/ipfw_masquerade.h"

#include <fmt/format.h>

#include <iterator>

#include "lib/firewall/check_ruleset.h"
#include "lib/firewall/networks.h"

namespace firewall {
namespace {

constexpr unsigned kRulesEach = 4;
constexpr unsigned kLastIpfwRule = 65534;  // 65535 is ipfw's own default rule
constexpr unsigned kLastSet = 31;
constexpr std::size_t kLongestNote = 40;  // ipfw2.c, fill_comment: 80 bytes for all of it

using Out = std::back_insert_iterator<std::string>;

unsigned last_rule(const Ruleset& ruleset) {
  return ruleset.numbers.first_rule + kIpfwMasqueradeNumbers - 1;
}

// Removes as the first line of the file as well, so that loading it again replaces what was there.
std::string removal(const Ruleset& ruleset) {
  return fmt::format("set {} delete {}-{}", ruleset.numbers.set, ruleset.numbers.first_rule, last_rule(ruleset));
}

void render_needs(Out out) {
  fmt::format_to(out, R"(#
# This host needs
#   kldload ipfw ipfw_nat, and sysctl net.inet.ip.forwarding=1;
#   sysctl net.inet.ip.fw.one_pass=0
#     so that what NAT has translated still passes the rules behind it; with 1, NAT lets in all that comes to this host.
#   ifconfig UPLINK -tso
#     libalias cannot translate what the card cuts into segments later (ipfw(8), "in-kernel NAT").
)");
}

void render_masquerade(const Ruleset& ruleset, const Masquerade& masquerade, unsigned index, Out out) {
  const unsigned nat = ruleset.numbers.nat + index;
  unsigned number = ruleset.numbers.first_rule + kRulesEach * index;
  const std::string sources = list_of(of_family(masquerade.sources, Family::kV4), ",");
  const auto except = of_family(masquerade.except, Family::kV4);
  const std::string elsewhere = except.empty() ? "any" : "not " + list_of(except, ",");
  const auto add = [&](const std::string& body, std::string_view note) {
    fmt::format_to(out, "add {} set {} {} // {}: {}\n", number++, ruleset.numbers.set, body, ruleset.name, note);
  };
  fmt::format_to(out, "\n# {}: {} goes out of {} with its address\n", printable(masquerade.name), sources,
                 masquerade.uplink);
  fmt::format_to(out, "nat {} config if {} same_ports reset\n", nat, masquerade.uplink);
  const std::string name = printable(masquerade.name, kLongestNote);
  add(fmt::format("nat {} ip4 from any to me in recv {}", nat, masquerade.uplink), "answers to " + name);
  add(fmt::format("nat {} ip4 from {} to {} out xmit {}", nat, sources, elsewhere, masquerade.uplink), name);
  add(fmt::format("allow ip4 from {} to not me in", sources), "forward from " + name);
  add(fmt::format("allow ip4 from any to {}", sources), "forward to " + name);
}

}  // namespace

base::Result<void> check_ipfw_masquerades(const Ruleset& ruleset) {
  const auto most = kIpfwMasqueradeNumbers / kRulesEach;
  if (ruleset.masquerades.size() > most) {
    return base::fail("there are {} masquerades, but room for {}", ruleset.masquerades.size(), most);
  }
  for (const Masquerade& masquerade : ruleset.masquerades) {
    const auto v6 = of_family(masquerade.sources, Family::kV6);
    if (v6.empty()) continue;
    return base::fail(
        "{}: ipfw's NAT knows IPv4 alone and cannot hide {}; IPv6 needs no NAT: route the network, or use "
        "pf",
        printable(masquerade.name), v6.front().to_string());
  }
  const bool fits = ruleset.numbers.first_rule > 0 && last_rule(ruleset) <= kLastIpfwRule;
  if (!ruleset.masquerades.empty() && (!fits || ruleset.numbers.set > kLastSet)) {
    return base::fail("rules {} to {} of set {}: ipfw's rules go from 1 to {}, and its sets from 0 to {}",
                      ruleset.numbers.first_rule, last_rule(ruleset), ruleset.numbers.set, kLastIpfwRule, kLastSet);
  }
  return {};
}

std::string render_ipfw_masquerades(const Ruleset& ruleset) {
  if (ruleset.masquerades.empty()) return {};
  std::string text;
  const Out out(text);
  render_needs(out);
  fmt::format_to(out, "\n{}\n", removal(ruleset));
  unsigned index = 0;
  for (const Masquerade& masquerade : ruleset.masquerades) render_masquerade(ruleset, masquerade, index++, out);
  return text;
}

std::vector<Command> ipfw_masquerade_remove_argv(const Ruleset& ruleset) {
  if (ruleset.masquerades.empty()) return {};
  std::vector<Command> commands{{{"ipfw", "-q", "-f", "set", std::to_string(ruleset.numbers.set), "delete",
                                  fmt::format("{}-{}", ruleset.numbers.first_rule, last_rule(ruleset))},
                                 OnFailure::kGoOn}};
  for (unsigned i = 0; i < ruleset.masquerades.size(); ++i) {
    commands.push_back(
        {{"ipfw", "-q", "-f", "nat", std::to_string(ruleset.numbers.nat + i), "delete"}, OnFailure::kGoOn});
  }
  return commands;
}

}  // namespace firewall
