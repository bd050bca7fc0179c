#include "provisioner/network/host_commands.h"

#include <fmt/format.h>

namespace provisioner::network {
namespace {

std::string family_of(const base::IpAddress& address) {
  return address.is_v6() ? "-6" : "-4";
}

namespace linux_host {

Commands make_bridge(const std::string& name, const std::string& alias) {
  return {{{"ip", "link", "add", "name", name, "type", "bridge"}},
          {{"ip", "link", "set", "dev", name, "alias", alias}}};
}

Commands raise_bridge(const std::string& name) {
  return {{{"ip", "link", "set", "dev", name, "up"}}};
}

Commands remove_bridge(const std::string& name) {
  return {{{"ip", "link", "delete", "dev", name}}};
}

Commands add_address(const std::string& bridge, const HostAddress& address) {
  return {{{"ip", "address", "replace", address.to_string(), "dev", bridge}}};
}

Commands remove_address(const std::string& bridge, const HostAddress& address) {
  return {{{"ip", "address", "delete", address.to_string(), "dev", bridge}}};
}

Commands set_route(const std::string& bridge, const HostRoute& route) {
  return {{{"ip", family_of(route.via), "route", "replace", route.to.to_string(), "via", route.via.to_string(), "dev",
            bridge, "protocol", std::to_string(kRouteProtocol)}}};
}

Commands remove_route(const std::string& bridge, const HostRoute& route) {
  return {{{"ip", family_of(route.via), "route", "delete", route.to.to_string(), "via", route.via.to_string(), "dev",
            bridge}}};
}

Commands set_setting(const std::string& name, const std::string& value) {
  return {{{"sysctl", "-q", "-w", fmt::format("{}={}", name, value)}}};
}

// -s: without counters.
Commands list_rules(const firewall::Ruleset& rules) {
  return {{{"nft", "-s", "list", "table", "inet", rules.name}}};
}

constexpr HostCommands kCommands{make_bridge,    raise_bridge, remove_bridge,         add_address,
                                 remove_address, set_route,    remove_route,          set_setting,
                                 list_rules,     "nftables",   "net.ipv4.ip_forward", "net.ipv6.conf.all.forwarding"};

}  // namespace linux_host

namespace freebsd_host {

std::string inet_of(const base::IpAddress& address) {
  return address.is_v6() ? "inet6" : "inet";
}

Commands make_bridge(const std::string& name, const std::string& alias) {
  return {{{"ifconfig", "bridge", "create", "name", name}}, {{"ifconfig", name, "description", alias}}};
}

Commands raise_bridge(const std::string& name) {
  return {{{"ifconfig", name, "up"}}};
}

Commands remove_bridge(const std::string& name) {
  return {{{"ifconfig", name, "destroy"}}};
}

Commands add_address(const std::string& bridge, const HostAddress& address) {
  return {{{"ifconfig", bridge, inet_of(address.address), address.to_string(), "alias"}}};
}

Commands remove_address(const std::string& bridge, const HostAddress& address) {
  return {{{"ifconfig", bridge, inet_of(address.address), address.address.to_string(), "-alias"}}};
}

// route(8) replaces nothing, and `change` wants that there is one.
Commands set_route(const std::string& /*bridge*/, const HostRoute& route) {
  const std::string family = "-" + inet_of(route.via);
  const std::string script =
      fmt::format("route -q {0} change -net {1} {2} >/dev/null 2>&1 || route -q {0} add -net {1} {2}", family,
                  route.to.to_string(), route.via.to_string());
  return {{{"sh", "-c", script}}};  // addresses and numbers, nothing that a shell could take for its own
}

Commands remove_route(const std::string& /*bridge*/, const HostRoute& route) {
  return {{{"route", "-q", "-" + inet_of(route.via), "delete", "-net", route.to.to_string(), route.via.to_string()}}};
}

Commands set_setting(const std::string& name, const std::string& value) {
  return {{{"sysctl", fmt::format("{}={}", name, value)}}};
}

Commands list_rules(const firewall::Ruleset& rules) {
  return {{{"ipfw", "set", std::to_string(rules.numbers.set), "list"}}};
}

constexpr HostCommands kCommands{
    make_bridge,  raise_bridge, remove_bridge, add_address, remove_address,           set_route,
    remove_route, set_setting,  list_rules,    "ipfw",      "net.inet.ip.forwarding", "net.inet6.ip6.forwarding"};

}  // namespace freebsd_host

}  // namespace

const HostCommands& commands_of(step::System system) {
  return system == step::System::kFreebsd ? freebsd_host::kCommands : linux_host::kCommands;
}

}  // namespace provisioner::network
