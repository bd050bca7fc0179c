// kube-controller-manager and kube-scheduler on a control-plane machine (Kubernetes the Hard Way, lab 08). Pure; any
// thread.
#pragma once

#include "provisioner/units/unit_file.h"

namespace provisioner::units {

// Needs cluster.networking.
[[nodiscard]] UnitSet controllers_unit(const cluster::Cluster& cluster, const cluster::Machine& machine);

[[nodiscard]] UnitSet scheduler_unit(const cluster::Cluster& cluster, const cluster::Machine& machine);

}  // namespace provisioner::units
