// The names and addresses by which servers are called, each with its reason. Pure; any thread.
#pragma once

#include <vector>

#include "lib/cluster/cluster.h"
#include "pki/plan/certificate_spec.h"

namespace pki::plan {

struct ServerNames {
  AlternativeNames names;
  std::vector<NameReason> reasons;  // one for each name: the DNS names first, then the addresses
};

// Every name and address by which something calls the API server or a member of etcd. The cluster must have all that
// certificates_for asks for.
[[nodiscard]] ServerNames api_server_names(const cluster::Cluster& cluster);

// Those of one worker's kubelet, which the API server calls for logs, exec and port-forward.
[[nodiscard]] ServerNames kubelet_names(const cluster::Cluster& cluster, const cluster::Machine& machine);

// The API server's own service `kubernetes` gets the first address of the service network, in every cluster. An error
// where there is none.
[[nodiscard]] base::Result<base::IpAddress> service_address(const cluster::Networking& networking);

}  // namespace pki::plan
