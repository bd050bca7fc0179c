// The differences between the machines that cluster.yaml wants and those that QEMU has here, and the steps that end
// them. Pure; any thread.
//
// Whoever carries such a plan out holds the cluster's folder alone (two of them at the same time would start a machine
// twice), has the bridge up before the phase of the machines, and has asked check_room.
#pragma once

#include <string>
#include <vector>

#include "provisioner/hypervisor/observe_qemu.h"
#include "provisioner/hypervisor/power_wish.h"
#include "provisioner/step/change.h"

namespace provisioner::hypervisor {

// One change of kind "machine" for each machine, wanted or no more; the image, the key and the accelerator of the host
// before them; and behind them what no machine needs any longer. Against a cluster without machines it is `destroy`.
//
// A running machine is never stopped for a change: what it will get at its next start is told in `why`, also where
// there is nothing else to do (Action::kSame).
[[nodiscard]] std::vector<step::Change> plan_qemu(const cluster::Cluster& cluster, const QemuState& state,
                                                  const QemuOptions& options);

// For `start`, `stop` and `restart`: of the machines of these names, which the cluster has. kOn and kRestart do also
// what plan_qemu would do with them.
[[nodiscard]] std::vector<step::Change> plan_power(const cluster::Cluster& cluster, const QemuState& state,
                                                   const QemuOptions& options, PowerWish wish,
                                                   const std::vector<std::string>& names);

// For `resize`: disks of these machines grow to what cluster.yaml says, in those that run too. Processors and memory
// are told as in plan_qemu.
[[nodiscard]] std::vector<step::Change> plan_resize(const cluster::Cluster& cluster, const QemuState& state,
                                                    const QemuOptions& options, const std::vector<std::string>& names);

// Whether the host has room for what the plan would start and make.
[[nodiscard]] base::Result<void> check_room(const cluster::Cluster& cluster, const QemuState& state);

}  // namespace provisioner::hypervisor
