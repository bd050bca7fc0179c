// What makes the host's network come back after a reboot. Pure; any thread.
//
// Linux: units of systemd-networkd for bridge, addresses and routes, a file of sysctl.d, and a unit that loads the
// rules. FreeBSD: variables of rc.conf, and a script of rc.d that loads the rules. A bridge of somebody else's is left
// to them: whoever described it to the system has to add our addresses and routes there (missing_after_reboot tells
// it).
#pragma once

#include <string>
#include <utility>
#include <vector>

#include "provisioner/network/host_network.h"
#include "provisioner/network/network_state.h"
#include "provisioner/step/rendered_file.h"
#include "provisioner/step/system.h"

namespace provisioner::network {

// Absolute paths.
[[nodiscard]] step::RenderedFiles network_files(const HostNetwork& wanted, step::System system, BridgeOwner owner);

// Where the rules lie, for the packet filter to read.
[[nodiscard]] std::filesystem::path rules_file(const std::string& cluster, step::System system);
// Of systemd, or of rc.d.
[[nodiscard]] std::string rules_service(const std::string& cluster, step::System system);

// FreeBSD: variables that are ours alone, and words that belong into lists that others share.
struct RcConf {
  std::vector<std::pair<std::string, std::string>> variables;
  std::vector<std::pair<std::string, std::string>> words;  // list, word
};
[[nodiscard]] RcConf rc_conf_of(const HostNetwork& wanted, BridgeOwner owner);

// Sentences, one a thing that would be missing; empty: nothing.
[[nodiscard]] std::vector<std::string> missing_after_reboot(const HostNetwork& wanted, const NetworkState& state,
                                                            step::System system);

}  // namespace provisioner::network
