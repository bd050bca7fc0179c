// Who goes by which names, as lines of /etc/hosts: for a host and for machines that have no DNS. Pure; any thread.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "lib/cluster/cluster.h"

namespace provisioner::cloud_init {

// A line of /etc/hosts.
struct HostsLine {
  base::IpAddress address;
  std::vector<std::string> names;  // the whole name first

  friend bool operator==(const HostsLine&, const HostsLine&) = default;
};

// "controller-0.something.home.arpa"; its name alone where the cluster has no domain.
[[nodiscard]] std::string fqdn_of(const cluster::Cluster& cluster, const cluster::Machine& machine);
[[nodiscard]] HostsLine line_of(const cluster::Cluster& cluster, const cluster::Machine& machine);
// The endpoint's name goes to the VIP, unless it is an address itself.
[[nodiscard]] std::optional<HostsLine> endpoint_line(const cluster::Cluster& cluster);

// All machines and the endpoint.
[[nodiscard]] std::vector<HostsLine> hosts_lines(const cluster::Cluster& cluster);

}  // namespace provisioner::cloud_init
