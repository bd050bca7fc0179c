// ClusterNames: which names the cluster has, made of cluster.yaml alone: zones for NSD, lines for /etc/hosts. Values;
// any thread.
#pragma once

#include <string>
#include <vector>

#include "lib/base/result.h"
#include "lib/cluster/cluster.h"
#include "provisioner/dns/zone.h"

namespace provisioner::dns {

struct ClusterNames {
  std::vector<Zone> zones;   // the domain's, then the reverse ones, each once
  base::IpAddress resolver;  // the gateway: where Unbound answers for machines and pods
};

// Machines by A or AAAA and PTR, the endpoint's name to the VIP, and where etcd's members are (SRV, as `etcd
// --discovery-srv` and its clients ask). An error names the key of cluster.yaml that is missing, or what two things
// share.
[[nodiscard]] base::Result<ClusterNames> names_of(const cluster::Cluster& cluster);

}  // namespace provisioner::dns
