// Placement: which machine carries a file of the PKI, and which services there read it, so that it is known what has to
// be restarted when the file changes. Plain values; any thread.
#pragma once

#include <string>
#include <vector>

#include "lib/cluster/cluster.h"

namespace pki::plan {

struct Placement {
  std::string file;                // "kubernetes.pem"
  std::string machine;             // "controller-0"
  std::vector<std::string> units;  // of systemd: "etcd", "kube-apiserver"; empty: it is read anew each time

  friend bool operator==(const Placement&, const Placement&) = default;
};

// As Kubernetes the Hard Way puts them. Machines in the order of cluster.yaml. Files that stay where they were made
// (admin-remote.kubeconfig, the keys that kubeconfigs embed) have none.
[[nodiscard]] std::vector<Placement> placements_of(const cluster::Cluster& cluster);

// What is to be restarted on one machine, each unit once, in the order in which it is wise.
struct Restart {
  std::string machine;
  std::vector<std::string> units;

  friend bool operator==(const Restart&, const Restart&) = default;
};
[[nodiscard]] std::vector<Restart> restarts_for(const std::vector<std::string>& files,
                                                const std::vector<Placement>& placements);
// The machines that carry one of the files, in their order.
[[nodiscard]] std::vector<std::string> carriers_of(const std::vector<std::string>& files,
                                                   const std::vector<Placement>& placements);

}  // namespace pki::plan
