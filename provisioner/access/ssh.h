// How we log in to a machine: the one place that says by which user, key and known host. Pure; any thread.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "lib/cluster/cluster.h"
#include "provisioner/step/host.h"

namespace provisioner::access {

// The private key: access.keyFile, or the one of our own pair in the cluster's folder.
[[nodiscard]] std::filesystem::path key_file(const cluster::Cluster& cluster);

// The keys that the machine has shown since it was made; a file of its own, so that it goes with the machine.
[[nodiscard]] std::filesystem::path known_hosts(const cluster::Cluster& cluster, const cluster::Machine& machine);

// Lets nobody type: it is for programs. What it does not know of the machine yet it takes for true once; another key
// later is an error. Reads no configuration but its own words. `remote` are the words of a command there; none: a
// shell.
[[nodiscard]] std::vector<std::string> ssh_argv(const cluster::Cluster& cluster, const cluster::Machine& machine,
                                                const std::vector<std::string>& remote);

// ssh_argv with `script` for a shell of root's there, which runs it once all of it has come: what breaks off half-way
// is not begun.
[[nodiscard]] step::Command root_script(const cluster::Cluster& cluster, const cluster::Machine& machine,
                                        const std::string& script, std::chrono::milliseconds timeout);

}  // namespace provisioner::access
