// HostNetwork: what the machines need of the host's network: a bridge with the gateway's address and the VIP,
// forwarding, a way out into the world, routes to the pods. A value, made of cluster.yaml alone; any thread.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "lib/cluster/cluster.h"
#include "lib/firewall/ruleset.h"

namespace provisioner::network {

struct HostAddress {
  base::IpAddress address;
  unsigned prefix_length = 32;

  [[nodiscard]] std::string to_string() const;  // "10.10.0.254/24"
  friend bool operator==(const HostAddress&, const HostAddress&) = default;
};

struct HostRoute {
  base::IpNetwork to;
  base::IpAddress via;

  friend bool operator==(const HostRoute&, const HostRoute&) = default;
};

struct HostNetwork {
  std::string cluster;                 // its name, which is in all marks
  std::string bridge;                  // "": none is wanted, and nothing below either
  std::vector<HostAddress> addresses;  // on the bridge: the gateway, the VIP
  std::vector<HostRoute> routes;       // to the pods of each worker
  bool forwards4 = false;              // packets from one interface to another
  bool forwards6 = false;
  std::optional<firewall::Ruleset> rules;  // out of the uplink; none where there is no uplink

  // "keepstate:hard-way": of the interface, so that everybody sees whose it is.
  [[nodiscard]] std::string alias() const { return "keepstate:" + cluster; }
};

[[nodiscard]] HostNetwork network_of(const cluster::Cluster& cluster);

// A ruleset of ours with nothing in it: what is needed to remove the one of that name.
[[nodiscard]] firewall::Ruleset named_rules(std::string name);

}  // namespace provisioner::network
