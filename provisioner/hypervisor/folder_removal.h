// What goes from Hypervisor.folder once nothing needs it: files, and folders that are empty then. Pure; any thread.
#pragma once

#include "lib/cluster/cluster.h"
#include "provisioner/step/change.h"

namespace provisioner::hypervisor {

// Once there are no machines any more: folders of ours that are empty go, and whoever has put something there keeps it.
[[nodiscard]] step::Change plan_folder_removal(const cluster::Cluster& cluster);

// Of files of ours that nothing needs any longer: what the entry is of, with each of `endings` behind its path ("":
// itself).
[[nodiscard]] step::Change plan_file_removal(const step::LedgerEntry& entry, std::string name, std::string why,
                                             const std::vector<std::string>& endings);

}  // namespace provisioner::hypervisor
