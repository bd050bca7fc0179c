#include "provisioner/plan/world.h"

#include <algorithm>
#include <iterator>

#include "provisioner/network/host_network.h"
#include "provisioner/network/observe_network.h"
#include "provisioner/network/plan_network.h"

namespace provisioner::plan {
namespace {

using cluster::Cluster;
using cluster::HypervisorKind;
using hypervisor::QemuState;
using step::System;

void append(step::Plan& plan, step::Plan more) {
  plan.insert(plan.end(), std::make_move_iterator(more.begin()), std::make_move_iterator(more.end()));
}

}  // namespace

base::Result<HypervisorKind> hypervisor_of(const Cluster& cluster, System system) {
  const HypervisorKind own = system == System::kLinux ? HypervisorKind::kQemu : HypervisorKind::kCbsd;
  if (cluster.hypervisor.kind == HypervisorKind::kAuto || cluster.hypervisor.kind == own) return own;
  if (system == System::kLinux) {
    return base::fail("spec.hypervisor.type: cbsd is FreeBSD's, and this is Linux; write qemu, or auto");
  }
  return base::fail("spec.hypervisor.type: machines by qemu need Linux; write cbsd, or auto");
}

base::Result<MachinesState> observe_machines(step::Host& host, const Cluster& cluster, const step::Ledger& ledger,
                                             const WorldOptions& options) {
  const auto kind = hypervisor_of(cluster, options.system);
  if (!kind) return base::Failure(kind.error());
  if (*kind == HypervisorKind::kQemu) {
    auto state = hypervisor::observe_qemu(host, cluster, ledger, options.qemu);
    if (!state) return base::Failure(state.error());
    return MachinesState(*std::move(state));
  }
  auto state = hypervisor::observe_cbsd(host, cluster, ledger);
  if (!state) return base::Failure(state.error());
  return MachinesState(*std::move(state));
}

base::Result<World> observe_world(step::Host& host, const Cluster& cluster, const step::Ledger& ledger,
                                  const WorldOptions& options) {
  auto network = network::observe_network(host, cluster, ledger, options.system);
  if (!network) return base::Failure(network.error());
  auto machines = observe_machines(host, cluster, ledger, options);
  if (!machines) return base::Failure(machines.error());
  auto dns = dns::observe_dns(host, cluster, ledger, options.system, options.dns);
  if (!dns) return base::Failure(dns.error());
  return World{*std::move(network), *std::move(dns), *std::move(machines)};
}

base::Result<step::Plan> plan_world(const Cluster& cluster, const World& world, const WorldOptions& options) {
  step::Plan plan = network::plan_network(network::network_of(cluster), world.network, options.system);
  auto names = dns::plan_dns(cluster, world.dns, options.system, options.dns);
  if (!names) return base::Failure(names.error());
  append(plan, *std::move(names));
  if (const auto* const qemu = std::get_if<QemuState>(&world.machines)) {
    append(plan, hypervisor::plan_qemu(cluster, *qemu, options.qemu));
  } else {
    append(plan, hypervisor::plan_cbsd(cluster, std::get<hypervisor::CbsdState>(world.machines), options.cbsd));
  }
  return plan;
}

Cluster emptied(Cluster cluster) {
  cluster.machines.clear();
  return cluster;
}

step::Plan plan_power(const Cluster& cluster, const MachinesState& state, const WorldOptions& options,
                      hypervisor::PowerWish wish, const std::vector<std::string>& names) {
  if (const auto* const qemu = std::get_if<QemuState>(&state)) {
    return hypervisor::plan_power(cluster, *qemu, options.qemu, wish, names);
  }
  return hypervisor::plan_power(cluster, std::get<hypervisor::CbsdState>(state), options.cbsd, wish, names);
}

step::Plan plan_resize(const Cluster& cluster, const MachinesState& state, const WorldOptions& options,
                       const std::vector<std::string>& names) {
  if (const auto* const qemu = std::get_if<QemuState>(&state)) {
    return hypervisor::plan_resize(cluster, *qemu, options.qemu, names);
  }
  return hypervisor::plan_resize(cluster, std::get<hypervisor::CbsdState>(state), options.cbsd, names);
}

base::Result<void> check_room(const Cluster& cluster, const MachinesState& state) {
  return std::visit([&](const auto& one) { return hypervisor::check_room(cluster, one); }, state);
}

void keep_only(step::Plan& plan, const std::vector<std::string>& names) {
  const auto is_left_out = [&](const step::Change& change) {
    return !change.machine.empty() && std::find(names.begin(), names.end(), change.machine) == names.end();
  };
  plan.erase(std::remove_if(plan.begin(), plan.end(), is_left_out), plan.end());
}

}  // namespace provisioner::plan
