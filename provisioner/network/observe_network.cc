#include "provisioner/network/observe_network.h"

#include <algorithm>

#include "lib/firewall/dialect.h"
#include "provisioner/network/host_commands.h"
#include "provisioner/network/interfaces.h"
#include "provisioner/network/persistence.h"
#include "provisioner/step/mark.h"

namespace provisioner::network {
namespace {

using step::Command;
using step::System;

base::Result<std::vector<Interface>> interfaces_of(step::Host& host, System system) {
  const Command command =
      system == System::kLinux ? Command{{"ip", "-j", "-d", "address", "show"}} : Command{{"ifconfig", "-a"}};
  const auto text = step::output_of(host, command);
  if (!text) return base::Failure(text.error());
  if (system == System::kFreebsd) return parse_ifconfig(*text);
  return parse_ip_addresses(*text);
}

base::Result<std::vector<KernelRoute>> routes_of(step::Host& host, System system) {
  std::vector<KernelRoute> all;
  for (const bool v6 : {false, true}) {
    const Command command = system == System::kLinux ? Command{{"ip", v6 ? "-6" : "-4", "-j", "route", "show"}}
                                                     : Command{{"netstat", "-rn", "-f", v6 ? "inet6" : "inet"}};
    const auto text = step::output_of(host, command);
    if (!text) return base::Failure(text.error());
    auto routes = system == System::kLinux ? parse_ip_routes(*text) : parse_netstat(*text);
    if (!routes) return base::Failure(routes.error());
    all.insert(all.end(), routes->begin(), routes->end());
  }
  return all;
}

// The bridge that is wanted; where none is, the one that we have made, or put addresses on.
std::string bridge_in_question(const HostNetwork& wanted, const NetworkState& state) {
  if (!wanted.bridge.empty()) return wanted.bridge;
  for (const step::LedgerEntry& entry : state.entries) {
    if (entry.kind == kBridgeKind) return entry.name;
    if (entry.kind == kAddressKind) return entry.detail;
  }
  return "";
}

// What would have to be taken from somebody, or cannot be done while machines are plugged in.
base::Result<void> check_bridge(const HostNetwork& wanted, const NetworkState& state, System system) {
  if (wanted.bridge.empty()) return {};
  for (const step::LedgerEntry& entry : state.entries) {
    if (entry.kind != kBridgeKind || entry.name == wanted.bridge) continue;
    return base::fail("nodeNetwork.bridge: {} is this cluster's bridge, and {} is wanted: `destroy` first, or write {}",
                      entry.name, wanted.bridge, entry.name);
  }
  for (const HostAddress& address : wanted.addresses) {
    for (const HostAddress& there : state.addresses) {
      if (state.is_ours || there.address != address.address || there == address) continue;
      if (state.find_entry(kAddressKind, there.to_string()) != nullptr) continue;
      return base::fail(
          "{} has {} already, which we have not put there, and {} is wanted: change nodeNetwork.cidr, or take "
          "the address away",
          wanted.bridge, there.to_string(), address.to_string());
    }
  }
  const std::string_view rest = std::string_view(wanted.bridge).substr(std::min<std::size_t>(6, wanted.bridge.size()));
  const bool is_numbered = wanted.bridge.starts_with("bridge") && !rest.empty() &&
                           rest.find_first_not_of("0123456789") == std::string_view::npos;
  if (system == System::kLinux || is_numbered || state.exists) return {};
  return base::fail(
      "nodeNetwork.bridge: FreeBSD brings back a bridge after a reboot only where it is called bridge0, bridge1, "
      "...; {} is not",
      wanted.bridge);
}

// One that somebody else has made to where we want one.
bool is_in_the_way(const KernelRoute& one, const std::string& bridge, const HostNetwork& wanted,
                   const NetworkState& state) {
  const std::string to = one.route.to.to_string();
  if (one.is_marked || state.find_entry(kRouteKind, to) != nullptr) return false;
  return std::any_of(wanted.routes.begin(), wanted.routes.end(), [&](const HostRoute& route) {
    return route.to == one.route.to && (one.interface != bridge || (route != one.route && !state.is_ours));
  });
}

base::Result<void> look_at_interfaces(step::Host& host, const std::string& bridge, const HostNetwork& wanted,
                                      System system, NetworkState& state) {
  auto interfaces = interfaces_of(host, system);
  if (!interfaces) return base::Failure(interfaces.error());
  for (Interface& one : *interfaces) {
    if (one.name != bridge) {
      for (const HostAddress& address : one.addresses) state.elsewhere.emplace(address.address, one.name);
      continue;
    }
    if (!one.is_bridge) {
      return base::fail("{} is an interface of this host, and no bridge; give nodeNetwork.bridge another name", bridge);
    }
    state.exists = true;
    state.lacks_mark = one.alias.empty() && state.find_entry(kBridgeKind, bridge) != nullptr;
    state.is_ours = one.alias == wanted.alias() || state.lacks_mark;
    state.is_up = one.is_up;
    state.addresses = std::move(one.addresses);
  }
  return {};
}

base::Result<void> look_at_routes(step::Host& host, const std::string& bridge, const HostNetwork& wanted, System system,
                                  NetworkState& state) {
  auto routes = routes_of(host, system);
  if (!routes) return base::Failure(routes.error());
  for (const KernelRoute& one : *routes) {
    if (is_in_the_way(one, bridge, wanted, state)) {
      return base::fail(
          "there is a route to {} already, via {} on {}, which we have not made: change the machine's "
          "podCIDR, or take the route away",
          one.route.to.to_string(), one.route.via.to_string(), one.interface);
    }
    if (one.interface == bridge) state.routes.push_back(one.route);
  }
  return {};
}

base::Result<void> look_at_settings(step::Host& host, const HostNetwork& wanted, System system, NetworkState& state) {
  std::vector<std::string> names;
  if (wanted.forwards4) names.emplace_back(commands_of(system).forwards4);
  if (wanted.forwards6) names.emplace_back(commands_of(system).forwards6);
  for (const step::LedgerEntry& entry : state.entries) {
    if (entry.kind == kSettingKind) names.push_back(entry.name);
  }
  if (system == System::kLinux) {
    const auto files = host.list("/etc/sysctl.d");
    if (!files) return base::Failure(files.error());
    const std::string own = "60-keepstate-" + wanted.cluster + ".conf";
    state.others_forward = std::any_of(files->begin(), files->end(), [&](const std::string& file) {
      return file.starts_with("60-keepstate-") && file.ends_with(".conf") && file != own;
    });
  }
  for (const std::string& name : names) {
    auto value = step::output_of(host, {{"sysctl", "-n", name}});
    if (!value) return base::Failure(value.error());
    while (value->ends_with('\n')) value->pop_back();
    state.settings[name] = *value;
  }
  return {};
}

base::Result<void> look_at_rules(step::Host& host, const HostNetwork& wanted, System system, NetworkState& state) {
  if (!wanted.rules) return {};
  if (auto text = firewall::render(*wanted.rules, commands_of(system).dialect); !text)
    return base::Failure(text.error());
  for (const Command& command : commands_of(system).list_rules(*wanted.rules)) {
    const auto output = host.run(command);
    if (!output) {
      state.has_firewall = false;  // its program is not there
      return {};
    }
    if (output->status.ok()) state.loaded_rules += output->out;
  }
  return {};
}

bool says(step::Host& host, const Command& command, std::string_view word) {
  const auto output = host.run(command);
  return output && std::string_view(output->out).starts_with(word);
}

void look_at_services(step::Host& host, const HostNetwork& wanted, NetworkState& state) {
  state.has_systemd = host.exists("/run/systemd/system");
  if (!state.has_systemd) return;
  state.has_networkd = says(host, {{"systemctl", "is-active", "systemd-networkd.service"}}, "active");
  const std::string unit = rules_service(wanted.cluster, System::kLinux);
  state.keeps_rules = says(host, {{"systemctl", "is-enabled", unit}}, "enabled");
}

base::Result<void> look_at_rc_conf(step::Host& host, const HostNetwork& wanted, NetworkState& state) {
  const RcConf rc = rc_conf_of(wanted, state.owner());
  std::vector<std::string> names;
  for (const auto& variable : rc.variables) names.push_back(variable.first);
  for (const auto& word : rc.words) names.push_back(word.first);
  for (const step::LedgerEntry& entry : state.entries) {
    if (entry.kind == kVariableKind) names.push_back(entry.name);
    if (entry.kind == kWordKind) names.push_back(entry.name.substr(0, entry.name.find(' ')));
  }
  std::sort(names.begin(), names.end());
  names.erase(std::unique(names.begin(), names.end()), names.end());
  for (const std::string& name : names) {
    auto value = host.run({{"sysrc", "-i", "-n", name}});
    if (!value) return base::Failure(value.error());
    while (value->out.ends_with('\n')) value->out.pop_back();
    if (value->status.ok() && !value->out.empty()) state.variables[name] = value->out;
  }
  return {};
}

}  // namespace

base::Result<NetworkState> observe_network(step::Host& host, const cluster::Cluster& cluster,
                                           const step::Ledger& ledger, System system) {
  const HostNetwork wanted = network_of(cluster);
  NetworkState state;
  for (const std::string_view kind : kKinds) {
    const auto entries = ledger.of_kind(kind);
    state.entries.insert(state.entries.end(), entries.begin(), entries.end());
  }
  const std::string bridge = bridge_in_question(wanted, state);
  if (auto seen = look_at_interfaces(host, bridge, wanted, system, state); !seen) return base::Failure(seen.error());
  if (auto fits = check_bridge(wanted, state, system); !fits) return base::Failure(fits.error());
  if (auto seen = look_at_routes(host, bridge, wanted, system, state); !seen) return base::Failure(seen.error());
  if (auto seen = look_at_settings(host, wanted, system, state); !seen) return base::Failure(seen.error());
  if (auto seen = look_at_rules(host, wanted, system, state); !seen) return base::Failure(seen.error());
  if (system == System::kLinux) {
    look_at_services(host, wanted, state);
  } else if (auto seen = look_at_rc_conf(host, wanted, state); !seen) {
    return base::Failure(seen.error());
  }
  auto files = step::observe_group(host, network_file_group(wanted, state, system), ledger);
  if (!files) return base::Failure(files.error());
  state.files = *std::move(files);
  return state;
}

step::FileGroup network_file_group(const HostNetwork& wanted, const NetworkState& state, System system) {
  step::FileGroup group{.kind = "network file",
                        .name = "of the host",
                        .mark = step::mark_of(wanted.cluster),
                        .wanted = network_files(wanted, system, state.owner())};
  if (wanted.rules) {
    const std::filesystem::path file = rules_file(wanted.cluster, system);
    group.checks.push_back({file, system == System::kLinux ? std::vector<std::string>{"nft", "-c", "-f", "{}"}
                                                           : std::vector<std::string>{"ipfw", "-n", "-q", "-f", "{}"}});
  }
  if (state.has_systemd) group.reload.push_back({{"systemctl", "daemon-reload"}});
  if (state.has_networkd) group.reload.push_back({{"networkctl", "reload"}});
  return group;
}

}  // namespace provisioner::network
