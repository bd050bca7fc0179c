#include "provisioner/units/machine_units.h"

#include <algorithm>
#include <iterator>

#include "lib/cluster/machine_files.h"
#include "provisioner/units/api_server.h"
#include "provisioner/units/container_runtime.h"
#include "provisioner/units/control_loops.h"
#include "provisioner/units/etcd.h"
#include "provisioner/units/kubelet.h"
#include "provisioner/units/proxy.h"

namespace provisioner::units {
namespace {

using cluster::Cluster;
using cluster::Machine;

base::Result<void> check(const Cluster& cluster, const Machine& machine) {
  if (!cluster.networking) {
    return base::fail("the units of {} need spec.networking: podSubnet and serviceSubnet are in their flags; add it",
                      machine.name);
  }
  if (machine.role == cluster::Role::kWorker && !machine.pod_cidr) {
    return base::fail(
        "the units of {} need its podCIDR, from which its pods get their addresses; add it to the machine",
        machine.name);
  }
  return {};
}

std::vector<UnitSet> control_plane_sets(const Cluster& cluster, const Machine& machine) {
  std::vector<UnitSet> sets;
  sets.push_back(etcd_unit(cluster, machine));
  sets.push_back(api_server_unit(cluster, machine));
  sets.push_back(controllers_unit(cluster, machine));
  sets.push_back(scheduler_unit(cluster, machine));
  return sets;
}

base::Result<std::vector<UnitSet>> worker_sets(const Cluster& cluster, const Machine& machine) {
  auto sets = kernel_units(cluster);
  auto kubelet = kubelet_unit(cluster, machine);
  if (!kubelet) return base::Failure(kubelet.error());
  if (cluster.kubernetes.container_runtime.kind == cluster::ContainerRuntimeKind::kContainerd) {
    sets.push_back(containerd_unit(cluster));
  }
  sets.push_back(std::move(*kubelet));
  sets.push_back(proxy_unit(cluster, machine));
  return sets;
}

// What keepstate-pki places for the unit, beside what its set names.
void add_keys(const std::vector<cluster::PlacedFile>& keys, Unit& unit) {
  for (const cluster::PlacedFile& key : keys) {
    const bool reads = std::find(key.units.begin(), key.units.end(), unit.name) != key.units.end();
    if (reads) unit.reads.push_back(key.path);
  }
}

MachineUnits joined(const Machine& machine, std::vector<UnitSet> sets) {
  MachineUnits all{machine.name, {}, {}, {}};
  const auto keys = cluster::placed_files(machine);
  for (UnitSet& set : sets) {
    const std::string own = unit_path(set.unit.name);
    if (!set.files.empty() && set.files.front().path == own) set.unit.reads.insert(set.unit.reads.begin(), own);
    add_keys(keys, set.unit);
    std::move(set.files.begin(), set.files.end(), std::back_inserter(all.files));
    all.units.push_back(std::move(set.unit));
  }
  return all;
}

}  // namespace

base::Result<MachineUnits> machine_units(const Cluster& cluster, const Machine& machine) {
  if (auto complete = check(cluster, machine); !complete) return base::Failure(complete.error());
  if (machine.role == cluster::Role::kControlPlane) return joined(machine, control_plane_sets(cluster, machine));
  auto sets = worker_sets(cluster, machine);
  if (!sets) return base::Failure(sets.error());
  MachineUnits units = joined(machine, std::move(*sets));
  for (UnitFile& file : cni_files(machine)) units.files.push_back(std::move(file));
  for (const char* plugin : {"bridge", "host-local", "loopback"}) {
    units.programs.push_back(std::string(kCniPlugins) + "/" + plugin);
  }
  return units;
}

base::Result<step::RenderedFiles> render_units(const Cluster& cluster) {
  step::RenderedFiles files;
  for (const Machine& machine : cluster.machines) {
    auto units = machine_units(cluster, machine);
    if (!units) return base::Failure(units.error());
    for (UnitFile& file : units->files) {
      files.push_back({std::filesystem::path("units") / machine.name / file.path.substr(1), {std::move(file.content)}});
    }
  }
  return files;
}

}  // namespace provisioner::units
