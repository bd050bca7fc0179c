// kubelet on a worker (Kubernetes the Hard Way, lab 09). Pure; any thread.
#pragma once

#include "lib/base/result.h"
#include "provisioner/units/unit_file.h"

namespace provisioner::units {

// Needs cluster.networking and the worker's podCIDR. An error: the network of Services has no tenth address for their
// DNS.
[[nodiscard]] base::Result<UnitSet> kubelet_unit(const cluster::Cluster& cluster, const cluster::Machine& machine);

}  // namespace provisioner::units
