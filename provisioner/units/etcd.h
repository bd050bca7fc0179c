// etcd on a control-plane machine (Kubernetes the Hard Way, lab 07). Pure; any thread.
#pragma once

#include "provisioner/units/unit_file.h"

namespace provisioner::units {

// Every control-plane machine is a member; between members, and toward clients, both sides show certificates.
[[nodiscard]] UnitSet etcd_unit(const cluster::Cluster& cluster, const cluster::Machine& machine);

}  // namespace provisioner::units
