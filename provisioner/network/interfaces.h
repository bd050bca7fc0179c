// What a host's programs say of its interfaces and routes. Pure; any thread.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "lib/base/result.h"
#include "provisioner/network/host_network.h"

namespace provisioner::network {

struct Interface {
  std::string name;
  std::string alias;  // "description" on FreeBSD
  bool is_bridge = false;
  bool is_up = false;
  std::vector<HostAddress> addresses;

  friend bool operator==(const Interface&, const Interface&) = default;
};

struct KernelRoute {
  HostRoute route;
  std::string interface;
  bool is_marked = false;  // by kRouteProtocol; never on FreeBSD, which has no such mark

  friend bool operator==(const KernelRoute&, const KernelRoute&) = default;
};

// `ip -j -d address show` and `ip -j route show`.
[[nodiscard]] base::Result<std::vector<Interface>> parse_ip_addresses(std::string_view json);
[[nodiscard]] base::Result<std::vector<KernelRoute>> parse_ip_routes(std::string_view json);

// `ifconfig -a` and `netstat -rn -f inet` (or inet6).
[[nodiscard]] std::vector<Interface> parse_ifconfig(std::string_view text);
[[nodiscard]] std::vector<KernelRoute> parse_netstat(std::string_view text);

}  // namespace provisioner::network
