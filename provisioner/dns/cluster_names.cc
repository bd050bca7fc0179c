#include "provisioner/dns/cluster_names.h"

#include <fmt/format.h>

#include <algorithm>

namespace provisioner::dns {
namespace {

constexpr unsigned kEtcdPeers = 2380;
constexpr unsigned kEtcdClients = 2379;

std::string full_name(const std::string& name, const std::string& domain) {
  return name + "." + domain + ".";
}

Record address_record(const std::string& name, const base::IpAddress& address) {
  return {name, address.is_v6() ? "AAAA" : "A", address.to_string()};
}

// "ns", or the first of "ns1", "ns2", ... that no machine is called.
std::string name_server_label(const cluster::Cluster& cluster) {
  const auto is_taken = [&](const std::string& label) {
    const bool is_machine = std::any_of(cluster.machines.begin(), cluster.machines.end(),
                                        [&](const cluster::Machine& machine) { return machine.name == label; });
    return is_machine ||
           (cluster.control_plane_endpoint && cluster.control_plane_endpoint->host == label + "." + cluster.domain);
  };
  std::string label = "ns";
  for (int i = 1; is_taken(label); ++i) label = fmt::format("ns{}", i);
  return label;
}

// The name that the endpoint has below the domain, where it is a name and there is a VIP.
std::optional<std::string> endpoint_name(const cluster::Cluster& cluster) {
  const auto& endpoint = cluster.control_plane_endpoint;
  if (!endpoint || !cluster.load_balancer || cluster.load_balancer->vip.is_unspecified()) return std::nullopt;
  if (!endpoint->host.ends_with("." + cluster.domain)) return std::nullopt;
  return endpoint->host + ".";
}

Zone forward_zone(const cluster::Cluster& cluster, const std::string& name_server) {
  const std::string& domain = cluster.domain;
  Zone zone{.name = domain + ".", .name_server = name_server, .records = {}};
  zone.records.push_back(address_record(name_server, cluster.node_network->gateway));
  for (const cluster::Machine& machine : cluster.machines) {
    zone.records.push_back(address_record(full_name(machine.name, domain), machine.address));
  }
  if (const auto name = endpoint_name(cluster)) {
    zone.records.push_back(address_record(*name, cluster.load_balancer->vip));
  }
  for (const auto& [service, port] :
       {std::pair("_etcd-server-ssl._tcp", kEtcdPeers), {"_etcd-client-ssl._tcp", kEtcdClients}}) {
    for (const cluster::Machine& machine : cluster.machines) {
      if (machine.role != cluster::Role::kControlPlane) continue;
      zone.records.push_back(
          {full_name(service, domain), "SRV", fmt::format("0 0 {} {}", port, full_name(machine.name, domain))});
    }
  }
  return zone;
}

Zone& reverse_zone_for(const cluster::Cluster& cluster, const base::IpAddress& address, const std::string& name_server,
                       std::vector<Zone>& zones) {
  const base::IpNetwork& nodes = cluster.node_network->cidr;
  // A VIP outside the nodes' network has a zone of its own.
  const std::string name = nodes.contains(address)
                               ? reverse_zone_name(nodes)
                               : reverse_zone_name(base::IpNetwork::around(address, address.is_v6() ? 64 : 24));
  const auto found = std::find_if(zones.begin(), zones.end(), [&](const Zone& zone) { return zone.name == name; });
  if (found != zones.end()) return *found;
  return zones.emplace_back(Zone{.name = name, .name_server = name_server, .records = {}});
}

void add_reverse_zones(const cluster::Cluster& cluster, const std::string& name_server, std::vector<Zone>& zones) {
  const auto add = [&](const base::IpAddress& address, const std::string& name) {
    reverse_zone_for(cluster, address, name_server, zones).records.push_back({reverse_name(address), "PTR", name});
  };
  add(cluster.node_network->gateway, name_server);
  for (const cluster::Machine& machine : cluster.machines)
    add(machine.address, full_name(machine.name, cluster.domain));
  if (const auto name = endpoint_name(cluster)) add(cluster.load_balancer->vip, *name);
}

}  // namespace

base::Result<ClusterNames> names_of(const cluster::Cluster& cluster) {
  if (cluster.domain.empty()) {
    return base::fail(
        "spec.domain is missing: machines need a domain for their names; add it, or write dns: {{provider: "
        "none}}");
  }
  if (!cluster.node_network || cluster.node_network->gateway.is_unspecified()) {
    return base::fail(
        "spec.nodeNetwork.gateway is missing: it is where the machines ask for names; add it, or write "
        "dns: {{provider: none}}");
  }
  ClusterNames names{.zones = {}, .resolver = cluster.node_network->gateway};
  const std::string name_server = full_name(name_server_label(cluster), cluster.domain);
  names.zones.push_back(forward_zone(cluster, name_server));
  add_reverse_zones(cluster, name_server, names.zones);
  for (const Zone& zone : names.zones) {
    if (auto sound = lint_zone(zone); !sound) return base::Failure(sound.error());
  }
  return names;
}

}  // namespace provisioner::dns
