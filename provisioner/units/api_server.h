// kube-apiserver on a control-plane machine (Kubernetes the Hard Way, lab 08). Pure; any thread.
#pragma once

#include "provisioner/units/unit_file.h"

namespace provisioner::units {

// Needs cluster.networking.
[[nodiscard]] UnitSet api_server_unit(const cluster::Cluster& cluster, const cluster::Machine& machine);

}  // namespace provisioner::units
