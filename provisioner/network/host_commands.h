// HostCommands: how one system says what is to be done to its network. A table of pure functions for each system, as
// firewall::Dialect is for packet filters. Any thread.
#pragma once

#include <string>
#include <vector>

#include "provisioner/network/host_network.h"
#include "provisioner/step/host.h"
#include "provisioner/step/system.h"

namespace provisioner::network {

using Commands = std::vector<step::Command>;

struct HostCommands {
  Commands (*make_bridge)(const std::string& name, const std::string& alias);
  Commands (*raise_bridge)(const std::string& name);
  Commands (*remove_bridge)(const std::string& name);
  Commands (*add_address)(const std::string& bridge, const HostAddress& address);
  Commands (*remove_address)(const std::string& bridge, const HostAddress& address);
  Commands (*set_route)(const std::string& bridge, const HostRoute& route);  // replaces one to the same network
  Commands (*remove_route)(const std::string& bridge, const HostRoute& route);
  Commands (*set_setting)(const std::string& name, const std::string& value);
  // What lists the rules under the ruleset's name, the same text for the same rules; its failure means that there are
  // none.
  Commands (*list_rules)(const firewall::Ruleset& rules);
  const char* dialect;    // of lib/firewall
  const char* forwards4;  // settings of the kernel
  const char* forwards6;
};

[[nodiscard]] const HostCommands& commands_of(step::System system);

// Linux: routes of ours have this protocol (rtnetlink(7), rtm_protocol), which no routing daemon uses.
inline constexpr unsigned kRouteProtocol = 107;

}  // namespace provisioner::network
