#include "lib/firewall/nftables.h"

#include <fmt/format.h>

#include <string_view>

#include "lib/firewall/check_ruleset.h"
#include "lib/firewall/networks.h"

namespace firewall {
namespace {

// "ip saddr" or "ip6 saddr".
std::string_view protocol_of(Family family) noexcept {
  return family == Family::kV4 ? "ip" : "ip6";
}

// What is between the braces of `{ }`, or one network without them.
std::string set_of(const std::vector<base::IpNetwork>& networks) {
  const std::string list = list_of(networks, ", ");
  return networks.size() == 1 ? list : fmt::format("{{ {} }}", list);
}

void add_masquerade(const Masquerade& masquerade, Family family, NftChain& postrouting, NftChain& forward) {
  const auto sources = of_family(masquerade.sources, family);
  if (sources.empty()) return;
  const auto except = of_family(masquerade.except, family);
  const std::string_view ip = protocol_of(family);
  const std::string stays = except.empty() ? "" : fmt::format("{} daddr != {} ", ip, set_of(except));
  const std::string name = printable(masquerade.name);
  postrouting.rules.push_back(fmt::format("{} saddr {} {}oifname \"{}\" counter masquerade comment \"{}\"", ip,
                                          set_of(sources), stays, masquerade.uplink, name));
  forward.rules.push_back(fmt::format("{} saddr {} accept comment \"from {}\"", ip, set_of(sources), name));
  forward.rules.push_back(fmt::format("{} daddr {} accept comment \"to {}\"", ip, set_of(sources), name));
}

std::string render_nft_header(const Ruleset& ruleset) {
  return fmt::format(R"(# Rules of nftables(8) that hide networks behind this host's address.
# Check:  {}
# Load:   {}
# Remove: {}
#
# This host needs sysctl net.ipv4.ip_forward=1 (and net.ipv6.conf.all.forwarding=1 where IPv6 is named). A table cannot
# allow what another one drops: where there is a firewall whose policy for forwarding is drop, it must accept these too.

)",
                     to_text(nft_check_argv(ruleset, "FILE")), to_text(nft_apply_argv(ruleset, "FILE")),
                     to_text(nft_remove_argv(ruleset)));
}

}  // namespace

base::Result<void> check_nftables(const Ruleset& ruleset) {
  if (!ruleset.spreads.empty()) return base::fail("this version spreads connections by ipfw alone");
  return {};
}

NftTable nft_table_of(const Ruleset& ruleset) {
  NftTable table{.name = ruleset.name};
  if (ruleset.masquerades.empty()) return table;
  NftChain postrouting{.name = "postrouting",
                       .hook = "type nat hook postrouting priority srcnat; policy accept",
                       .rules = {},
                       .note = "What leaves by the uplink gets its address; what stays inside does not."};
  NftChain forward{.name = "forward", .hook = "type filter hook forward priority filter; policy accept", .rules = {}};
  for (const Masquerade& masquerade : ruleset.masquerades) {
    for (const Family family : kFamilies) add_masquerade(masquerade, family, postrouting, forward);
  }
  table.chains = {std::move(postrouting), std::move(forward)};
  return table;
}

std::string render_nftables(const Ruleset& ruleset) {
  return render_nft_header(ruleset) + render_nft_table(nft_table_of(ruleset));
}

std::vector<Command> nft_check_argv(const Ruleset& /*ruleset*/, const std::string& file) {
  return {{{"nft", "-c", "-f", file}}};
}

std::vector<Command> nft_apply_argv(const Ruleset& /*ruleset*/, const std::string& file) {
  return {{{"nft", "-f", file}}};
}

// One transaction: what is not there is made first, so that to remove it is no error.
std::vector<Command> nft_remove_argv(const Ruleset& ruleset) {
  return {{{"nft", fmt::format("add table inet {}; delete table inet {}", ruleset.name, ruleset.name)}}};
}

}  // namespace firewall
