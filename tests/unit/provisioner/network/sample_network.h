// The example's network, and a host in memory that has what the plans of a test have made there.
#pragma once

#include <map>
#include <string>
#include <string_view>

#include "lib/cluster/cluster_file.h"
#include "provisioner/network/host_network.h"
#include "provisioner/network/network_state.h"
#include "provisioner/network/persistence.h"

namespace provisioner::network {

inline cluster::Cluster example_cluster() {
  return cluster::load_cluster(KEEPSTATE_SOURCE_DIR "/configs/cluster.yaml").value().cluster;
}

// One that wants nothing any more.
inline cluster::Cluster without_machines(cluster::Cluster cluster) {
  cluster.machines.clear();
  return cluster;
}

}  // namespace provisioner::network
