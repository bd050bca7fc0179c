// How we log in to the machines: with which key, and whom we take for them. Any thread.
//
// Each machine has a known_hosts file of its own in its folder, under its name and not its address: it goes with the
// machine, so one that is made anew is met as a stranger, and nobody's own known_hosts is touched.
#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "lib/cluster/cluster.h"
#include "provisioner/step/step.h"

namespace provisioner::hypervisor {

// The private key; the public one lies beside it, with .pub behind its name.
[[nodiscard]] std::filesystem::path key_file(const cluster::Cluster& cluster);

struct KeyState {
  bool has_private = false;
  std::optional<std::string> public_line{};  // without its newline
};
// A key that cluster.yaml names and that is not there is an error.
[[nodiscard]] base::Result<KeyState> observe_key(step::Host& host, const cluster::Cluster& cluster);
// Makes what is missing of the pair that is ours; none where nothing is, or where access.keyFile names another.
[[nodiscard]] step::Steps steps_to_make_key(const cluster::Cluster& cluster, const KeyState& state);

// Options as `ssh -o` and ssh_config(5) take them: "IdentityFile" and so on. No passwords, no questions, nobody's
// configuration.
struct SshOption {
  std::string name;
  std::string value;
};
[[nodiscard]] std::vector<SshOption> ssh_options(const cluster::Cluster& cluster, const cluster::Machine& machine);

// ssh OPTIONS USER@ADDRESS WORDS; what they say is put together by the machine's shell.
[[nodiscard]] std::vector<std::string> ssh_command(const cluster::Cluster& cluster, const cluster::Machine& machine,
                                                   const std::vector<std::string>& words);

}  // namespace provisioner::hypervisor
