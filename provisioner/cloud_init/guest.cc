#include "provisioner/cloud_init/guest.h"

#include <algorithm>

#include "provisioner/cloud_init/mac.h"

namespace provisioner::cloud_init {
namespace {

using cluster::Cluster;
using cluster::Machine;

std::optional<base::IpAddress> vip_of(const Cluster& cluster) {
  if (!cluster.load_balancer || cluster.load_balancer->vip.is_unspecified()) return std::nullopt;
  return cluster.load_balancer->vip;
}

// A machine always knows itself by the address that others have for it. (127.0.1.1, which Debian has there otherwise,
// is what kubelet and etcd would then take for the address of their node.)
std::vector<HostsLine> hosts_of(const Cluster& cluster, const Machine& machine) {
  std::vector<HostsLine> hosts{line_of(cluster, machine)};
  if (cluster.dns.provider != cluster::DnsProvider::kHosts) return hosts;
  for (const Machine& other : cluster.machines) {
    if (other.name != machine.name) hosts.push_back(line_of(cluster, other));
  }
  if (auto endpoint = endpoint_line(cluster)) hosts.push_back(std::move(*endpoint));
  return hosts;
}

// Unbound listens on the host's address in the machines' network.
std::vector<base::IpAddress> nameservers_of(const Cluster& cluster) {
  const base::IpAddress& gateway = cluster.node_network->gateway;
  if (cluster.dns.provider != cluster::DnsProvider::kNsdUnbound) return cluster.dns.forwarders;
  return gateway.is_unspecified() ? std::vector<base::IpAddress>{} : std::vector<base::IpAddress>{gateway};
}

bool is_backend(const Cluster& cluster, const Machine& machine) {
  const auto& listeners = cluster.load_balancer->listeners;
  if (listeners.empty()) return machine.role == cluster::Role::kControlPlane;
  const auto leads_here = [&](const cluster::Backend& backend) { return backend.address.ip() == machine.address; };
  return std::any_of(listeners.begin(), listeners.end(), [&](const cluster::Listener& listener) {
    return std::any_of(listener.backends.begin(), listener.backends.end(), leads_here);
  });
}

std::vector<std::string> keys_of(const Cluster& cluster, const SeedOptions& options) {
  std::vector<std::string> keys;
  if (!options.own_key.empty()) keys.push_back(options.own_key);
  for (const std::string& key : cluster.access.authorized_keys) {
    if (std::find(keys.begin(), keys.end(), key) == keys.end()) keys.push_back(key);
  }
  return keys;
}

}  // namespace

base::Result<Guest> guest_of(const Cluster& cluster, const Machine& machine, const SeedOptions& options) {
  if (!cluster.node_network) {
    return base::fail(
        "machine {}: without spec.nodeNetwork nobody knows its network's size; add it, with cidr and gateway",
        machine.name);
  }
  Guest guest;
  guest.cluster = cluster.name;
  guest.name = machine.name;
  guest.fqdn = fqdn_of(cluster, machine);
  guest.user = cluster.access.user;
  guest.authorized_keys = keys_of(cluster, options);
  if (guest.authorized_keys.empty()) {
    return base::fail("machine {}: nobody could log in to it; add spec.access.authorizedKeys or keyFile", machine.name);
  }
  guest.hosts = hosts_of(cluster, machine);
  const auto vip = vip_of(cluster);
  if (options.vip == VipHolder::kBackends && vip && is_backend(cluster, machine)) guest.vip = vip;
  guest.pod_cidr = machine.pod_cidr;
  guest.mac = mac_of(cluster, machine);
  guest.address = machine.address;
  guest.prefix_length = cluster.node_network->cidr.prefix_length();
  if (!cluster.node_network->gateway.is_unspecified()) guest.gateway = cluster.node_network->gateway;
  guest.nameservers = nameservers_of(cluster);
  guest.search = cluster.domain;
  return guest;
}

}  // namespace provisioner::cloud_init
