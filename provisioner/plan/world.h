// World: everything that a cluster has on this host, looked at, and the plan from there to what cluster.yaml wants:
// network, names and machines in one. Any thread; nothing here changes anything.
#pragma once

#include <string>
#include <variant>
#include <vector>

#include "provisioner/dns/plan_dns.h"
#include "provisioner/hypervisor/plan_cbsd.h"
#include "provisioner/hypervisor/plan_qemu.h"
#include "provisioner/network/network_state.h"

namespace provisioner::plan {

struct WorldOptions {
  step::System system = step::System::kLinux;
  hypervisor::QemuOptions qemu{};
  hypervisor::CbsdOptions cbsd{};
  dns::DnsOptions dns{};
};

using MachinesState = std::variant<hypervisor::QemuState, hypervisor::CbsdState>;

struct World {
  network::NetworkState network;
  dns::DnsState dns;
  MachinesState machines;
};

// kQemu or kCbsd. An error: cluster.yaml wants one that this system does not have.
[[nodiscard]] base::Result<cluster::HypervisorKind> hypervisor_of(const cluster::Cluster& cluster, step::System system);

[[nodiscard]] base::Result<MachinesState> observe_machines(step::Host& host, const cluster::Cluster& cluster,
                                                           const step::Ledger& ledger, const WorldOptions& options);
[[nodiscard]] base::Result<World> observe_world(step::Host& host, const cluster::Cluster& cluster,
                                                const step::Ledger& ledger, const WorldOptions& options);

// The host's network first, then names (which are asked for at an address of the network), then machines. Against a
// cluster without machines (emptied) it is `destroy`.
[[nodiscard]] base::Result<step::Plan> plan_world(const cluster::Cluster& cluster, const World& world,
                                                  const WorldOptions& options);
[[nodiscard]] cluster::Cluster emptied(cluster::Cluster cluster);

// For `start`, `stop`, `restart` and `resize` of machines that the cluster has.
[[nodiscard]] step::Plan plan_power(const cluster::Cluster& cluster, const MachinesState& state,
                                    const WorldOptions& options, hypervisor::PowerWish wish,
                                    const std::vector<std::string>& names);
[[nodiscard]] step::Plan plan_resize(const cluster::Cluster& cluster, const MachinesState& state,
                                     const WorldOptions& options, const std::vector<std::string>& names);

// Whether the host has room for what the plan would make.
[[nodiscard]] base::Result<void> check_room(const cluster::Cluster& cluster, const MachinesState& state);

// Leaves the host's changes and those of these machines.
void keep_only(step::Plan& plan, const std::vector<std::string>& names);

}  // namespace provisioner::plan
