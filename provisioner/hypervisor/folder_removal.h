// What becomes of the folders in Hypervisor.folder once nothing is in them. Pure; any thread.
#pragma once

#include "lib/cluster/cluster.h"
#include "provisioner/step/change.h"

namespace provisioner::hypervisor {

// Once there are no machines any more: folders of ours that are empty go, and whoever has put something there keeps it.
[[nodiscard]] step::Change plan_folder_removal(const cluster::Cluster& cluster);

}  // namespace provisioner::hypervisor
