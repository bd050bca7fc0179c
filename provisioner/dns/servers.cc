#include "provisioner/dns/servers.h"

#include <fmt/format.h>

#include "provisioner/step/mark.h"

namespace provisioner::dns {
namespace {

using step::System;

constexpr const char* kNsdAddress = "127.0.0.1@5300";

std::string first_line(const cluster::Cluster& cluster) {
  return "# " + step::mark_of(cluster) + " a change here is lost with the next `apply`.\n";
}

// NSD and Unbound name zones without the last dot.
std::string undotted(const std::string& name) {
  return name.ends_with('.') ? name.substr(0, name.size() - 1) : name;
}

bool is_reverse(const Zone& zone) {
  return zone.name.ends_with(".arpa.") && zone.name.find(".home.arpa.") == std::string::npos;
}

// Who may ask: the machines and their pods.
std::vector<base::IpNetwork> clients_of(const cluster::Cluster& cluster) {
  std::vector<base::IpNetwork> networks{cluster.node_network->cidr};
  if (cluster.networking) networks.push_back(cluster.networking->pod_subnet);
  return networks;
}

// A program that goes into the background by itself. The one that runs may hold its ports a moment longer than its
// control socket, so starting is tried again.
std::string restart_by_hand(const std::string& control, const std::string& program, const std::string& main) {
  return fmt::format(
      "if {0} status >/dev/null 2>&1; then {0} stop; fi\n"
      "for i in 1 2 3 4 5 6 7 8 9 10; do {1} -c {2} && exit 0; sleep 0.5; done\n"
      "echo '{1} does not start; look at its log' >&2; exit 1",
      control, program, main);
}

// In shell's words: nothing in them is anybody's choice but the paths of the system.
struct Restarts {
  std::string nsd;
  std::string unbound;
};

Restarts plain_restarts(const ServerPaths& paths, Supervision supervision) {
  switch (supervision) {
    case Supervision::kSystemd:
      return {"systemctl restart nsd.service", "systemctl restart unbound.service"};
    case Supervision::kFreebsd:
      return {"service nsd onerestart", "service local_unbound onerestart"};
    case Supervision::kNone:
      break;
  }
  return {restart_by_hand("nsd-control", "nsd", paths.nsd_main.string()),
          restart_by_hand("unbound-control", "unbound", paths.unbound_main.string())};
}

// Once our part has gone, whether a server starts is not ours to judge: NSD may want port 53, which Unbound has, or
// both have been removed from the host.
Restarts restarts(const ServerPaths& paths, Supervision supervision) {
  Restarts all = plain_restarts(paths, supervision);
  all.nsd = fmt::format("({}) || [ ! -e {} ]", all.nsd, paths.nsd_part.string());
  all.unbound = fmt::format("({}) || [ ! -e {} ]", all.unbound, paths.unbound_part.string());
  return all;
}

std::string flush_zones(const ClusterNames& names, Supervision supervision) {
  const std::string control = supervision == Supervision::kFreebsd ? "local-unbound-control" : "unbound-control";
  std::string flush;
  for (const Zone& zone : names.zones) flush += fmt::format("{} flush_zone {} && ", control, undotted(zone.name));
  return flush;
}

step::Command shell(std::string script) {
  return {{"sh", "-c", std::move(script)}};
}

}  // namespace

ServerPaths paths_of(const cluster::Cluster& cluster, System system) {
  const std::string name = "keepstate-" + cluster.name;
  if (system == System::kFreebsd) {
    const std::filesystem::path nsd = "/usr/local/etc/nsd";
    const std::filesystem::path unbound = "/var/unbound";
    return {nsd / name, nsd / (name + ".conf"), unbound / "conf.d" / (name + ".conf"), nsd / "nsd.conf",
            unbound / "unbound.conf"};
  }
  return {std::filesystem::path("/etc/nsd") / name, "/etc/nsd/nsd.conf.d/" + name + ".conf",
          "/etc/unbound/unbound.conf.d/" + name + ".conf", "/etc/nsd/nsd.conf", "/etc/unbound/unbound.conf"};
}

std::filesystem::path zone_file(const ServerPaths& paths, const Zone& zone) {
  return paths.zones / (undotted(zone.name) + ".zone");
}

std::string nsd_part(const cluster::Cluster& cluster, const ClusterNames& names, const ServerPaths& paths) {
  std::string text = first_line(cluster) + fmt::format("server:\n  ip-address: {}\n", kNsdAddress);
  for (const Zone& zone : names.zones) {
    text += fmt::format("\nzone:\n  name: \"{}\"\n  zonefile: \"{}\"\n", undotted(zone.name),
                        zone_file(paths, zone).string());
  }
  return text;
}

// Each line is needed: without do-not-query-localhost Unbound never asks NSD, without private-domain it strips our
// addresses from the answers, without domain-insecure it wants signatures, and without a transparent zone it answers
// for reverse names, home.arpa and test itself (RFC 6303, 6761, 8375).
std::string unbound_part(const cluster::Cluster& cluster, const ClusterNames& names) {
  std::string text = first_line(cluster) + fmt::format(
                                               "server:\n  interface: 127.0.0.1\n  interface: {}\n  ip-freebind: yes\n"
                                               "  do-not-query-localhost: no\n",
                                               names.resolver.to_string());
  for (const base::IpNetwork& network : clients_of(cluster)) {
    text += fmt::format("  access-control: {} allow\n", network.to_string());
  }
  for (const Zone& zone : names.zones) {
    text += fmt::format("  local-zone: \"{}\" transparent\n", zone.name);
    if (!is_reverse(zone)) text += fmt::format("  private-domain: \"{}\"\n", undotted(zone.name));
    text += fmt::format("  domain-insecure: \"{}\"\n", undotted(zone.name));
  }
  for (const Zone& zone : names.zones) {
    text += fmt::format("\nstub-zone:\n  name: \"{}\"\n  stub-addr: {}\n", undotted(zone.name), kNsdAddress);
  }
  if (cluster.dns.forwarders.empty()) return text;
  text += "\nforward-zone:\n  name: \".\"\n";
  for (const base::IpAddress& address : cluster.dns.forwarders) {
    text += fmt::format("  forward-addr: {}\n", address.to_string());
  }
  return text;
}

// One that does not run, or does not hear, is started.
std::vector<step::Command> tell_servers(const ClusterNames& names, const ServerPaths& paths, Supervision supervision,
                                        News news) {
  const Restarts restart = restarts(paths, supervision);
  if (news == News::kConfiguration) return {shell(restart.nsd), shell(restart.unbound)};
  return {shell("nsd-control reload && exit 0\n" + restart.nsd),
          shell(flush_zones(names, supervision) + "exit 0\n" + restart.unbound)};
}

step::Command forget_answers(const ClusterNames& names, Supervision supervision) {
  return shell(flush_zones(names, supervision) + "exit 0");
}

}  // namespace provisioner::dns
