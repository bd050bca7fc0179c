// kube-proxy on a worker (Kubernetes the Hard Way, lab 09), and what the kernel needs for it. Pure; any thread.
#pragma once

#include "provisioner/units/unit_file.h"

namespace provisioner::units {

// Needs cluster.networking.
[[nodiscard]] UnitSet proxy_unit(const cluster::Cluster& cluster, const cluster::Machine& machine);

// The kernel's modules and settings, by the units that systemd has for them. In their order.
[[nodiscard]] std::vector<UnitSet> kernel_units(const cluster::Cluster& cluster);

}  // namespace provisioner::units
