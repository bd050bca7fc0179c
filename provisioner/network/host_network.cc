#include "provisioner/network/host_network.h"

#include <fmt/format.h>

#include <algorithm>

#include "lib/base/hash.h"

namespace provisioner::network {
namespace {

// The networks that machines and pods are in: between them no address is ever changed.
std::vector<base::IpNetwork> inside(const cluster::Cluster& cluster) {
  std::vector<base::IpNetwork> networks{cluster.node_network->cidr};
  if (cluster.networking) networks.push_back(cluster.networking->pod_subnet);
  return networks;
}

// A packet filter gives a name 16 characters, which the names of two clusters may have in common.
std::string rules_name(const std::string& cluster) {
  return fmt::format("keepstate_n{:05x}", base::hash(cluster) & 0xfffff);
}

// IPv6 needs no masquerade where its networks are routed, and ipfw cannot do it: machines keep their addresses.
std::optional<firewall::Ruleset> way_out(const cluster::Cluster& cluster) {
  if (cluster.node_network->uplink.empty()) return std::nullopt;
  std::vector<base::IpNetwork> sources = inside(cluster);
  std::erase_if(sources, [](const base::IpNetwork& network) { return network.address().is_v6(); });
  if (sources.empty()) return std::nullopt;
  firewall::Ruleset rules = named_rules(rules_name(cluster.name));
  rules.masquerades = {{.name = "machines and pods of " + cluster.name,
                        .sources = sources,
                        .uplink = cluster.node_network->uplink,
                        .except = sources}};
  return rules;
}

}  // namespace

std::string HostAddress::to_string() const {
  return fmt::format("{}/{}", address.to_string(), prefix_length);
}

// ipfw: a set that `ipfw flush` spares, and numbers before those of lb.
firewall::Ruleset named_rules(std::string name) {
  return {.name = std::move(name), .numbers = {.first_rule = 500, .set = 31, .nat = 500}};
}

HostNetwork network_of(const cluster::Cluster& cluster) {
  HostNetwork wanted;
  wanted.cluster = cluster.name;
  if (cluster.machines.empty() || !cluster.node_network || cluster.node_network->bridge.empty()) return wanted;
  wanted.bridge = cluster.node_network->bridge;
  const base::IpNetwork& cidr = cluster.node_network->cidr;
  if (!cluster.node_network->gateway.is_unspecified()) {
    wanted.addresses.push_back({cluster.node_network->gateway, cidr.prefix_length()});
  }
  if (cluster.load_balancer && !cluster.load_balancer->vip.is_unspecified()) {
    wanted.addresses.push_back({cluster.load_balancer->vip, cluster.load_balancer->vip.bit_length()});
  }
  for (const cluster::Machine& machine : cluster.machines) {
    if (machine.pod_cidr) wanted.routes.push_back({*machine.pod_cidr, machine.address});
  }
  wanted.forwards4 = !cidr.address().is_v6();
  wanted.forwards6 = cidr.address().is_v6();
  wanted.rules = way_out(cluster);
  return wanted;
}

}  // namespace provisioner::network
