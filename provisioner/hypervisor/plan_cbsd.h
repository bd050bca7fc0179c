// The differences between the machines that cluster.yaml wants and those that CBSD has here, and the steps that end
// them. Pure; any thread.
//
// Whoever carries such a plan out holds the cluster's folder alone, has the bridge up before the phase of the machines,
// and has asked check_room.
#pragma once

#include <string>
#include <vector>

#include "provisioner/hypervisor/observe_cbsd.h"
#include "provisioner/hypervisor/power_wish.h"
#include "provisioner/step/change.h"

namespace provisioner::hypervisor {

// One change of kind "machine" for each machine, wanted or no more; the key that we log in with before them. Against a
// cluster without machines it is `destroy`.
//
// A running machine is never stopped for a change: what it will get at its next start is told in `why`, also where
// there is nothing else to do (Action::kSame).
[[nodiscard]] std::vector<step::Change> plan_cbsd(const cluster::Cluster& cluster, const CbsdState& state,
                                                  const CbsdOptions& options);

// For `start`, `stop` and `restart`: of the machines of these names, which the cluster has. kOn and kRestart do also
// what plan_cbsd would do with them.
[[nodiscard]] std::vector<step::Change> plan_power(const cluster::Cluster& cluster, const CbsdState& state,
                                                   const CbsdOptions& options, PowerWish wish,
                                                   const std::vector<std::string>& names);

// For `resize`: processors and memory become what cluster.yaml says, for the machine's next start.
[[nodiscard]] std::vector<step::Change> plan_resize(const cluster::Cluster& cluster, const CbsdState& state,
                                                    const CbsdOptions& options, const std::vector<std::string>& names);

// Whether the host has room for what the plan would start and make. An error says what is asked for and what there is.
[[nodiscard]] base::Result<void> check_room(const cluster::Cluster& cluster, const CbsdState& state);

}  // namespace provisioner::hypervisor
