#include "provisioner/cloud_init/hosts_lines.h"

namespace provisioner::cloud_init {

std::string fqdn_of(const cluster::Cluster& cluster, const cluster::Machine& machine) {
  return cluster.domain.empty() ? machine.name : machine.name + "." + cluster.domain;
}

HostsLine line_of(const cluster::Cluster& cluster, const cluster::Machine& machine) {
  std::string fqdn = fqdn_of(cluster, machine);
  if (fqdn == machine.name) return {machine.address, {machine.name}};
  return {machine.address, {std::move(fqdn), machine.name}};
}

std::optional<HostsLine> endpoint_line(const cluster::Cluster& cluster) {
  if (!cluster.load_balancer || cluster.load_balancer->vip.is_unspecified()) return std::nullopt;
  if (!cluster.control_plane_endpoint) return std::nullopt;
  const std::string& host = cluster.control_plane_endpoint->host;
  if (base::IpAddress::parse(host)) return std::nullopt;
  return HostsLine{cluster.load_balancer->vip, {host}};
}

std::vector<HostsLine> hosts_lines(const cluster::Cluster& cluster) {
  std::vector<HostsLine> lines;
  for (const cluster::Machine& machine : cluster.machines) lines.push_back(line_of(cluster, machine));
  if (auto endpoint = endpoint_line(cluster)) lines.push_back(*std::move(endpoint));
  return lines;
}

}  // namespace provisioner::cloud_init
