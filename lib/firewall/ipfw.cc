#include "lib/firewall/ipfw.h"

#include <fmt/format.h>

#include <algorithm>
#include <iterator>
#include <set>

#include "lib/firewall/check_ruleset.h"
#include "lib/firewall/ipfw_masquerade.h"

namespace firewall {
namespace {

constexpr unsigned kLastRule = 65534;        // 65535 is ipfw's own default rule
constexpr double kProbSteps = 2147483647.0;  // `prob` becomes int32(p * 0x7fffffff)

using Out = std::back_insert_iterator<std::string>;

std::uint64_t total_weight(const Spread& spread) {
  std::uint64_t sum = 0;
  for (const Target& target : spread.targets) sum += target.weight;
  return sum;
}

// The first rule is check-state.
std::size_t rule_count(const Ruleset& ruleset) {
  std::size_t count = 1;
  for (const Spread& spread : ruleset.spreads) {
    count += static_cast<std::size_t>(std::ranges::count_if(spread.targets, [](auto& t) { return t.weight > 0; }));
  }
  return count;
}

base::Result<void> check_address(const Spread& spread, const Target& target) {
  if (target.address.ip().is_v6() != spread.address.ip().is_v6()) {
    return base::fail("{}: {} cannot go to {} ({}): ipfw's fwd keeps the address family; use one family for both",
                      spread.name, spread.address.to_string(), target.name, target.address.to_string());
  }
  if (target.address.port() != spread.address.port()) {
    return base::fail(
        "{}: {} cannot go to {} ({}): ipfw's fwd changes the next hop and never the port; let both use port {}, or let "
        "keepstate-lb run relay the connections",
        spread.name, spread.address.to_string(), target.name, target.address.to_string(), spread.address.port());
  }
  return {};
}

// `rest` is the weight of this target and all behind it.
base::Result<void> check_prob(const Spread& spread, const Target& target, std::uint64_t rest) {
  if (static_cast<double>(target.weight) / static_cast<double>(rest) * kProbSteps >= 1) return {};
  return base::fail(
      "{}: {} has weight {} beside {}, less than ipfw's smallest step of 1 in 2147483648, so that its rule would never "
      "match; bring the weights closer together",
      spread.name, target.name, target.weight, rest - target.weight);
}

base::Result<void> check_spread(const Spread& spread) {
  std::uint64_t rest = total_weight(spread);
  for (const Target& target : spread.targets) {
    if (target.weight == 0) continue;
    if (auto checked = check_address(spread, target); !checked) return checked;
    if (auto checked = check_prob(spread, target, rest); !checked) return checked;
    rest -= target.weight;
  }
  return {};
}

// Twelve digits are a thousandth of ipfw's own resolution; "0.5" rather than "0.500000000000".
std::string prob_text(std::uint32_t weight, std::uint64_t rest) {
  std::string text = fmt::format("{:.12f}", weight / static_cast<double>(rest));
  text.erase(text.find_last_not_of('0') + 1);
  return text;
}

void render_host_needs(const Ruleset& ruleset, Out out) {
  std::chrono::seconds idle{0};
  for (const Spread& spread : ruleset.spreads) idle = std::max(idle, spread.idle);
  fmt::format_to(out, R"(#
# This host needs
#   the addresses below as its own, so that clients' packets come here: it alone answers ARP and ND for them;
#   sysctl net.inet.ip.fw.dyn_syn_lifetime={}
#     Answers pass this host by, so ipfw sees one side of a connection and holds its state as long as a half-open one:
#     20 s by default after the client's last packet; then a quiet watch would go to another backend, which resets it.
#   sysctl net.inet.ip.fw.dyn_max=65536
#     A state stays that long after its connection has ended too; beyond dyn_max (16384 by default) new connections are
#     dropped. It must hold all connections of such a time.
#   FreeBSD 14 and later: sysctl net.inet.ip.source_address_validation=0 and net.inet6.ip6.source_address_validation=0
#     Otherwise what backends answer to this host itself is dropped, for it comes from an address that the host owns.
)",
                 idle.count());
}

void render_target_needs(const Ruleset& ruleset, Out out) {
  fmt::format_to(out, R"(#
# Every backend needs the address as its own, without answering for it. On Linux, the sysctls (for IPv4) before the address:
#   sysctl net.ipv4.conf.all.arp_ignore=1 net.ipv4.conf.all.arp_announce=2
)");
  std::set<base::IpAddress> addresses;
  for (const Spread& spread : ruleset.spreads) addresses.insert(spread.address.ip());
  for (const base::IpAddress& ip : addresses) {
    fmt::format_to(out, "#   ip address add {}/{} dev lo\n", ip.to_string(), ip.bit_length());
  }
  fmt::format_to(out, "# A backend that calls the address itself is therefore answered by itself.\n");
}

void render_commands(const Ruleset& ruleset, Out out) {
  fmt::format_to(out, "# Check:  {}\n# Load:   {}\n# Remove: {}\n", to_text(ipfw_check_argv(ruleset, "/PATH/FILE")),
                 to_text(ipfw_apply_argv(ruleset, "/PATH/FILE")), to_text(ipfw_remove_argv(ruleset)));
}

void render_header(const Ruleset& ruleset, Out out) {
  fmt::format_to(out, "# Rules of ipfw(8) that spread TCP connections over backends by weight.\n");
  render_commands(ruleset, out);
  fmt::format_to(out, R"(#
# `fwd` changes the next hop alone: a packet keeps its destination address and port, and the backend answers the client
# directly. `check-state` comes first, so that `prob` is thrown once a connection; a rule that is deleted takes the
# states of its connections with it, and the last rule of a block must stay enabled.
)");
  render_host_needs(ruleset, out);
  render_target_needs(ruleset, out);
}

// Returns the number that the next rule gets. Rule i matches with prob w_i / (w_i + ... + w_n), the last without one.
unsigned render_spread(const Ruleset& ruleset, const Spread& spread, unsigned number, Out out) {
  const std::uint64_t sum = total_weight(spread);
  std::uint64_t rest = sum;
  fmt::format_to(out, "\n# {}: {}\n", printable(spread.name), spread.address.to_string());
  for (const Target& target : spread.targets) {
    if (target.weight == 0) {
      fmt::format_to(out, "# {}: weight 0, no connections\n", printable(target.name));
      continue;
    }
    const std::string prob = target.weight == rest ? "" : fmt::format("prob {} ", prob_text(target.weight, rest));
    fmt::format_to(out, "add {} {}fwd {} tcp from any to {} {} keep-state :{} # {}: weight {} of {}\n", number++, prob,
                   target.address.ip().to_string(), spread.address.ip().to_string(), spread.address.port(),
                   ruleset.name, printable(target.name), target.weight, sum);
    rest -= target.weight;
  }
  return number;
}

}  // namespace

base::Result<void> check_ipfw(const Ruleset& ruleset) {
  if (!ruleset.spreads.empty() && !ruleset.masquerades.empty()) {
    return base::fail("spreads and masquerades want sets of their own; make two rulesets");
  }
  const unsigned first = ruleset.numbers.first_rule;
  if (const std::size_t count = rule_count(ruleset); count > kLastRule - first + 1) {
    return base::fail("{} rules are needed, but ipfw has numbers for {} from {} on; use fewer backends or listeners",
                      count, kLastRule - first + 1, first);
  }
  for (const Spread& spread : ruleset.spreads) {
    if (auto checked = check_spread(spread); !checked) return checked;
  }
  return check_ipfw_masquerades(ruleset);
}

std::string render_ipfw(const Ruleset& ruleset) {
  std::string text;
  const Out out(text);
  if (!ruleset.masquerades.empty()) {
    text = "# Rules of ipfw(8) that hide networks behind this host's address.\n";
    render_commands(ruleset, out);
    return text + render_ipfw_masquerades(ruleset);
  }
  render_header(ruleset, out);
  unsigned number = ruleset.numbers.first_rule;
  fmt::format_to(out, "\nadd {} check-state :{}\n", number++, ruleset.name);
  for (const Spread& spread : ruleset.spreads) number = render_spread(ruleset, spread, number, out);
  return text;
}

std::vector<Command> ipfw_check_argv(const Ruleset& /*ruleset*/, const std::string& file) {
  return {{{"ipfw", "-n", "-q", "-f", file}}};
}

std::vector<Command> ipfw_apply_argv(const Ruleset& ruleset, const std::string& file) {
  auto commands = ruleset.spreads.empty() ? std::vector<Command>{} : ipfw_remove_argv(ruleset);
  commands.push_back({{"ipfw", "-q", "-f", file}});
  return commands;
}

std::vector<Command> ipfw_remove_argv(const Ruleset& ruleset) {
  if (ruleset.spreads.empty()) return ipfw_masquerade_remove_argv(ruleset);
  const auto first = ruleset.numbers.first_rule;
  return {
      {{"ipfw", "-q", "-f", "delete", fmt::format("{}-{}", first, first + rule_count(ruleset) - 1)}, OnFailure::kGoOn}};
}

}  // namespace firewall
