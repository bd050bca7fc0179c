// The Ethernet addresses of the machines. Pure; any thread.
#pragma once

#include <string>

#include "lib/cluster/cluster.h"

namespace provisioner::cloud_init {

// What cluster.yaml says, or else one that follows from the names of cluster and machine alone: locally administered
// (02:..., IEEE 802 s8.4), and no other machine of the cluster has it. It stays when machines come, go or change places
// in the file. `machine` is one of the cluster's.
[[nodiscard]] std::string mac_of(const cluster::Cluster& cluster, const cluster::Machine& machine);

}  // namespace provisioner::cloud_init
