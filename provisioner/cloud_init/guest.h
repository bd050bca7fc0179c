// Guest: all that the seed of one machine says, gathered from cluster.yaml; user_data.h, meta_data.h and
// network_config.h put it into words. A value; any thread.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "lib/base/result.h"
#include "lib/cluster/cluster.h"
#include "provisioner/cloud_init/hosts_lines.h"

namespace provisioner::cloud_init {

// Who answers for the API's virtual address.
enum class VipHolder {
  kHost,      // lb, or the host's firewall with addresses translated
  kBackends,  // each of them, as packets come with that address still on them (direct server return)
};

// What cluster.yaml does not say.
struct SeedOptions {
  std::string own_key{};  // the line of a public key that we log in with; "": none yet
  VipHolder vip = VipHolder::kHost;
};

struct Guest {
  std::string cluster;
  std::string name;
  std::string fqdn;  // `name` where the cluster has no domain
  std::string user;
  std::vector<std::string> authorized_keys;  // each once
  std::vector<HostsLine> hosts;              // beside localhost's
  std::optional<base::IpAddress> vip;        // that this machine has on its loopback interface
  std::optional<base::IpNetwork> pod_cidr;

  std::string mac;
  base::IpAddress address;
  unsigned prefix_length = 0;
  std::optional<base::IpAddress> gateway;
  std::vector<base::IpAddress> nameservers;
  std::string search;  // "": none
};

// `machine` is one of the cluster's. Needs nodeNetwork; a machine that nobody could log in to is an error too.
[[nodiscard]] base::Result<Guest> guest_of(const cluster::Cluster& cluster, const cluster::Machine& machine,
                                           const SeedOptions& options);

}  // namespace provisioner::cloud_init
