// The key that we log in to the machines with (access::key_file): whether it is there, and how it is made. Any thread.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "lib/cluster/cluster.h"
#include "provisioner/step/change.h"
#include "provisioner/step/ledger.h"

namespace provisioner::hypervisor {

struct KeyState {
  bool has_private = false;
  std::optional<std::string> public_line{};  // without its newline

  [[nodiscard]] bool is_whole() const noexcept { return has_private && public_line; }
};
// A key that cluster.yaml names and that is not there is an error.
[[nodiscard]] base::Result<KeyState> observe_key(step::Host& host, const cluster::Cluster& cluster);

// Makes what is missing of the pair that is ours. Where access.keyFile names another there is nothing to do.
[[nodiscard]] step::Change plan_key(const cluster::Cluster& cluster, const KeyState& state);
// Of a pair that the ledger says is ours.
[[nodiscard]] step::Change plan_key_removal(const step::LedgerEntry& entry);
inline constexpr const char* kKeyKind = "ssh key";  // in the ledger: the private key's path

}  // namespace provisioner::hypervisor
