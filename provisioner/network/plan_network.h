// The differences between the network that cluster.yaml wants on this host and what there is, and the steps that end
// them. Pure; any thread.
#pragma once

#include <vector>

#include "provisioner/network/network_state.h"
#include "provisioner/step/change.h"
#include "provisioner/step/system.h"

namespace provisioner::network {

// A bridge of somebody else's gets what is missing and is never removed; an address that another interface has already
// is left there. Against a cluster without machines it takes away all that the ledger has. Whoever carries it out holds
// the cluster's folder alone.
[[nodiscard]] std::vector<step::Change> plan_network(const HostNetwork& wanted, const NetworkState& state,
                                                     step::System system);

}  // namespace provisioner::network
