// containerd on a worker, and the network that it gives to pods (Kubernetes the Hard Way, lab 09). Pure; any thread.
#pragma once

#include "provisioner/units/unit_file.h"

namespace provisioner::units {

// Where containerd looks for the plugins of CNI.
inline constexpr std::string_view kCniPlugins = "/opt/cni/bin";

[[nodiscard]] UnitSet containerd_unit(const cluster::Cluster& cluster);

// A bridge of the machine's own, whose addresses are the machine's podCIDR, and the loopback interface. Whatever
// runtime there is, it reads them anew by itself. Needs podCIDR.
[[nodiscard]] std::vector<UnitFile> cni_files(const cluster::Machine& machine);

}  // namespace provisioner::units
