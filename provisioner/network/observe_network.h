// What there is of a cluster's network on the host: looked at, and never changed. Any thread.
#pragma once

#include "lib/cluster/cluster.h"
#include "provisioner/network/network_state.h"
#include "provisioner/step/ledger.h"
#include "provisioner/step/system.h"

namespace provisioner::network {

// An interface of the bridge's name that is no bridge, and files of others at paths of ours, are errors.
[[nodiscard]] base::Result<NetworkState> observe_network(step::Host& host, const cluster::Cluster& cluster,
                                                         const step::Ledger& ledger, step::System system);

// The files that `apply` keeps in step.
[[nodiscard]] step::FileGroup network_file_group(const HostNetwork& wanted, const NetworkState& state,
                                                 step::System system);

}  // namespace provisioner::network
