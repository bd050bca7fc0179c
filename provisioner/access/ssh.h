// How we log in to a machine: the one place that says by which user and key, and whom we take for it. Pure; any thread.
//
// Each machine has a known_hosts file of its own in its folder, under its name and not its address: it goes with the
// machine, so one that is made anew is met as a stranger, and nobody's own known_hosts is touched.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "lib/cluster/cluster.h"
#include "provisioner/step/host.h"

namespace provisioner::access {

// The private key; the public one lies beside it, with .pub behind its name.
[[nodiscard]] std::filesystem::path key_file(const cluster::Cluster& cluster);
[[nodiscard]] std::filesystem::path known_hosts(const cluster::Cluster& cluster, const cluster::Machine& machine);

// Options as `ssh -o` and ssh_config(5) take them: "IdentityFile" and so on. No passwords, no questions, nobody's
// configuration.
struct SshOption {
  std::string name;
  std::string value;
};
[[nodiscard]] std::vector<SshOption> ssh_options(const cluster::Cluster& cluster, const cluster::Machine& machine);

// ssh OPTIONS ADDRESS WORDS; what they say is put together by the machine's shell.
[[nodiscard]] std::vector<std::string> ssh_command(const cluster::Cluster& cluster, const cluster::Machine& machine,
                                                   const std::vector<std::string>& words);

// ssh_command with `script` for a shell of root's there, which runs it once all of it has come: what breaks off
// half-way is not begun.
[[nodiscard]] step::Command root_script(const cluster::Cluster& cluster, const cluster::Machine& machine,
                                        const std::string& script, std::chrono::milliseconds timeout);
// The same in one word, for a script that reads what the command is given.
[[nodiscard]] step::Command root_reader(const cluster::Cluster& cluster, const cluster::Machine& machine,
                                        const std::string& script, std::chrono::milliseconds timeout);

}  // namespace provisioner::access
