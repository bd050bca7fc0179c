#include "provisioner/network/persistence.h"

#include <fmt/format.h>

#include <algorithm>

#include "lib/firewall/dialect.h"
#include "provisioner/network/host_commands.h"
#include "provisioner/step/mark.h"

namespace provisioner::network {
namespace {

using step::System;

std::string underscored(std::string name) {
  std::replace(name.begin(), name.end(), '-', '_');
  return name;
}

std::string first_line(const HostNetwork& wanted) {
  return "# " + step::mark_of(wanted.cluster) + " a change here is lost with the next `apply`.\n";
}

std::string netdev(const HostNetwork& wanted) {
  return first_line(wanted) + fmt::format("[NetDev]\nName={}\nKind=bridge\n", wanted.bridge);
}

// Our mark on a bridge that the system has brought back.
std::string link(const HostNetwork& wanted) {
  return first_line(wanted) +
         fmt::format("[Match]\nOriginalName={}\n\n[Link]\nAlias={}\n", wanted.bridge, wanted.alias());
}

// networkd would otherwise wait for a first machine before it gives the bridge its addresses.
std::string network(const HostNetwork& wanted) {
  std::string text = first_line(wanted) + fmt::format(
                                              "[Match]\nName={}\n\n[Link]\nRequiredForOnline=no\n\n"
                                              "[Network]\nConfigureWithoutCarrier=yes\nLinkLocalAddressing=no\n",
                                              wanted.bridge);
  for (const HostAddress& address : wanted.addresses) text += fmt::format("Address={}\n", address.to_string());
  for (const HostRoute& route : wanted.routes) {
    text += fmt::format("\n[Route]\nDestination={}\nGateway={}\nProtocol={}\n", route.to.to_string(),
                        route.via.to_string(), kRouteProtocol);
  }
  return text;
}

std::string sysctl(const HostNetwork& wanted) {
  std::string text = first_line(wanted);
  if (wanted.forwards4) text += "net.ipv4.ip_forward = 1\n";
  if (wanted.forwards6) text += "net.ipv6.conf.all.forwarding = 1\n";
  return text;
}

std::string rules_unit(const HostNetwork& wanted) {
  const std::string file = rules_file(wanted.cluster, System::kLinux).string();
  return first_line(wanted) + fmt::format(R"([Unit]
Description=The way out for machines and pods of {}
Documentation=man:nft(8)
After=nftables.service
Before=network-pre.target
Wants=network-pre.target
ConditionPathExists={}

[Service]
Type=oneshot
RemainAfterExit=yes
ExecStart=/usr/sbin/nft -f {}
ExecReload=/usr/sbin/nft -f {}

[Install]
WantedBy=multi-user.target
)",
                                          wanted.cluster, file, file, file);
}

std::string rules_script(const HostNetwork& wanted) {
  const std::string name = rules_service(wanted.cluster, System::kFreebsd);
  return "#!/bin/sh\n" + first_line(wanted) +
         fmt::format(R"(#
# PROVIDE: {0}
# REQUIRE: ipfw NETWORKING
# KEYWORD: nojail

. /etc/rc.subr

name="{0}"
desc="The way out for machines and pods of {1}"
rcvar="{0}_enable"
start_cmd="/sbin/ipfw -q -f {2}"
stop_cmd=":"

load_rc_config $name
: ${{{0}_enable:="NO"}}
run_rc_command "$1"
)",
                     name, wanted.cluster, rules_file(wanted.cluster, System::kFreebsd).string());
}

// The rules' own comments follow our mark. observe_network has asked whether the dialect can say them.
std::string rules_text(const HostNetwork& wanted, System system) {
  return first_line(wanted) + firewall::render(*wanted.rules, commands_of(system).dialect).value_or("");
}

void add_linux_files(const HostNetwork& wanted, BridgeOwner owner, step::RenderedFiles& files) {
  const std::string name = "60-keepstate-" + wanted.cluster;
  if (owner == BridgeOwner::kOurs) {
    files.push_back({"/etc/systemd/network/" + name + ".netdev", {netdev(wanted), 0644}});
    files.push_back({"/etc/systemd/network/" + name + ".link", {link(wanted), 0644}});
    files.push_back({"/etc/systemd/network/" + name + ".network", {network(wanted), 0644}});
  }
  files.push_back({"/etc/sysctl.d/" + name + ".conf", {sysctl(wanted), 0644}});
  if (!wanted.rules) return;
  files.push_back({rules_file(wanted.cluster, System::kLinux), {rules_text(wanted, System::kLinux), 0644}});
  files.push_back({"/etc/systemd/system/" + rules_service(wanted.cluster, System::kLinux), {rules_unit(wanted), 0644}});
}

void add_freebsd_files(const HostNetwork& wanted, step::RenderedFiles& files) {
  if (!wanted.rules) return;
  files.push_back({rules_file(wanted.cluster, System::kFreebsd), {rules_text(wanted, System::kFreebsd), 0644}});
  files.push_back(
      {"/usr/local/etc/rc.d/" + rules_service(wanted.cluster, System::kFreebsd), {rules_script(wanted), 0755}});
}

std::string rc_address(const HostAddress& address) {
  return fmt::format("{} {}", address.address.is_v6() ? "inet6" : "inet", address.to_string());
}

bool has_word(const NetworkState& state, const std::string& list, const std::string& word) {
  const auto found = state.variables.find(list);
  return found != state.variables.end() && (" " + found->second + " ").find(" " + word + " ") != std::string::npos;
}

void add_missing_on_linux(const HostNetwork& wanted, const NetworkState& state, std::vector<std::string>& missing) {
  if (!state.has_systemd) {
    missing.emplace_back("systemd is not process 1 here: nobody reads the files that bring the network back");
    return;
  }
  if (!state.has_networkd) {
    missing.emplace_back(
        "systemd-networkd does not run: bridge, addresses and routes stay away; systemctl enable --now "
        "systemd-networkd");
  }
  if (wanted.rules && !state.keeps_rules) {
    missing.push_back(
        fmt::format("the rules of NAT: systemctl enable {}", rules_service(wanted.cluster, System::kLinux)));
  }
}

void add_missing_on_freebsd(const HostNetwork& wanted, const NetworkState& state, BridgeOwner owner,
                            std::vector<std::string>& missing) {
  const RcConf rc = rc_conf_of(wanted, owner);
  for (const auto& [name, value] : rc.variables) {
    const auto found = state.variables.find(name);
    if (found == state.variables.end() || found->second != value) {
      missing.push_back(fmt::format("rc.conf: {}=\"{}\"", name, value));
    }
  }
  for (const auto& [list, word] : rc.words) {
    if (!has_word(state, list, word)) missing.push_back(fmt::format("rc.conf: the word {} in {}", word, list));
  }
}

}  // namespace

step::RenderedFiles network_files(const HostNetwork& wanted, System system, BridgeOwner owner) {
  step::RenderedFiles files;
  if (wanted.bridge.empty()) return files;
  if (system == System::kLinux)
    add_linux_files(wanted, owner, files);
  else
    add_freebsd_files(wanted, files);
  return files;
}

std::filesystem::path rules_file(const std::string& cluster, System system) {
  if (system == System::kLinux) return "/etc/keepstate/" + cluster + "/nat.nft";
  return "/usr/local/etc/keepstate/" + cluster + "/nat.ipfw";
}

std::string rules_service(const std::string& cluster, System system) {
  if (system == System::kLinux) return "keepstate-" + cluster + "-nat.service";
  return "keepstate_" + underscored(cluster) + "_nat";
}

RcConf rc_conf_of(const HostNetwork& wanted, BridgeOwner owner) {
  RcConf rc;
  if (wanted.bridge.empty()) return rc;
  if (owner == BridgeOwner::kOurs) {
    rc.words.emplace_back("cloned_interfaces", wanted.bridge);
    unsigned alias = 0;
    for (const HostAddress& address : wanted.addresses) {
      const std::string name =
          alias == 0 ? "ifconfig_" + wanted.bridge : fmt::format("ifconfig_{}_alias{}", wanted.bridge, alias - 1);
      rc.variables.emplace_back(name, rc_address(address));
      ++alias;
    }
  }
  unsigned number = 0;
  for (const HostRoute& route : wanted.routes) {
    const bool v6 = route.via.is_v6();
    const std::string name = fmt::format("ks_{}_{}", underscored(wanted.cluster), number++);
    rc.variables.emplace_back((v6 ? "ipv6_route_" : "route_") + name,
                              fmt::format("{}{} {}", v6 ? "" : "-net ", route.to.to_string(), route.via.to_string()));
    rc.words.emplace_back(v6 ? "ipv6_static_routes" : "static_routes", name);
  }
  if (wanted.forwards4) rc.variables.emplace_back("gateway_enable", "YES");
  if (wanted.forwards6) rc.variables.emplace_back("ipv6_gateway_enable", "YES");
  if (wanted.rules) rc.variables.emplace_back(rules_service(wanted.cluster, System::kFreebsd) + "_enable", "YES");
  return rc;
}

std::vector<std::string> missing_after_reboot(const HostNetwork& wanted, const NetworkState& state, System system) {
  std::vector<std::string> missing;
  if (wanted.bridge.empty()) return missing;
  const BridgeOwner owner = state.owner();
  for (const step::RenderedFile& file : network_files(wanted, system, owner)) {
    const auto there = state.files.there.find(file.path);
    if (there == state.files.there.end() || there->second != file.file) {
      missing.push_back(fmt::format("{} is not as it should be: apply", file.path.string()));
    }
  }
  if (owner == BridgeOwner::kOthers) {
    std::string things;
    for (const HostAddress& address : wanted.addresses) things += " " + address.to_string();
    missing.push_back(fmt::format("{} is not ours: whoever describes it to the system has to add{} and {} routes",
                                  wanted.bridge, things, wanted.routes.size()));
  }
  if (system == System::kLinux)
    add_missing_on_linux(wanted, state, missing);
  else
    add_missing_on_freebsd(wanted, state, owner, missing);
  return missing;
}

}  // namespace provisioner::network
