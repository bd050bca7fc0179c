#include "provisioner/hypervisor/plan_qemu.h"

#include <algorithm>
#include <set>

#include "provisioner/hypervisor/download.h"
#include "provisioner/hypervisor/folder_removal.h"
#include "provisioner/hypervisor/image_cache.h"
#include "provisioner/hypervisor/plan_machine.h"
#include "provisioner/step/shell_text.h"
#include "provisioner/step/steps.h"

namespace provisioner::hypervisor {
namespace {

using cluster::Cluster;
using step::Action;
using step::Change;
using step::Phase;

bool needs_image(const Cluster& cluster, const QemuState& state) {
  return std::any_of(cluster.machines.begin(), cluster.machines.end(), [&](const cluster::Machine& machine) {
    const auto found = std::find_if(state.machines.begin(), state.machines.end(),
                                    [&](const QemuMachineState& one) { return one.name == machine.name; });
    return found == state.machines.end() || !found->disk;
  });
}

Change image_change(const Cluster& cluster, const QemuState& state) {
  Change change{.kind = "image", .name = state.image.filename().string()};
  if (state.has_image || !needs_image(cluster, state)) return change;
  change.action = Action::kCreate;
  change.why = "is not here yet: " + cluster.hypervisor.image.source;
  change.steps.push_back(std::make_unique<step::Claim>(step::LedgerEntry{kImageKind, state.image.string()}));
  change.steps.push_back(std::make_unique<FetchImage>(cluster.hypervisor.image, state.image));
  return change;
}

// Nobody has asked for this file, so it is no change worth a word; only who starts machines gains by it.
Change accelerator_change(const Cluster& cluster, const QemuState& state) {
  Change change{.kind = "accelerator", .name = name_of(state.accelerator.accelerator), .why = state.accelerator.why};
  if (!state.accelerator.to_remember) return change;
  const ClusterFolder folder(cluster);
  change.steps.push_back(
      std::make_unique<step::Claim>(step::LedgerEntry{kAcceleratorKind, folder.accelerator().string()}));
  change.steps.push_back(std::make_unique<step::MakeFolder>(folder.path, 0755));
  change.steps.push_back(std::make_unique<step::WriteFile>(folder.accelerator(), *state.accelerator.to_remember));
  return change;
}

// Images that no disk lies over any more; a download that was given up goes with its image.
std::vector<Change> image_removals(const Cluster& cluster, const QemuState& state) {
  std::set<std::string> needed;
  if (!cluster.machines.empty()) needed.insert(state.image.string());
  for (const cluster::Machine& machine : cluster.machines) {
    for (const QemuMachineState& one : state.machines) {
      if (one.name == machine.name && one.disk) needed.insert(one.disk->image);
    }
  }
  std::vector<Change> changes;
  for (const step::LedgerEntry& entry : state.entries) {
    if (entry.kind != kImageKind || needed.contains(entry.name)) continue;
    changes.push_back(plan_file_removal(entry, std::filesystem::path(entry.name).filename().string(),
                                        "no disk begins as it any more", {"", ".part", ".part.from"}));
  }
  return changes;
}

// Once there are no machines: the key, and what was remembered.
std::vector<Change> last_removals(const Cluster& cluster, const QemuState& state) {
  std::vector<Change> changes;
  if (!cluster.machines.empty()) return changes;
  for (const step::LedgerEntry& entry : state.entries) {
    if (entry.kind == kKeyKind) changes.push_back(plan_key_removal(entry));
    if (entry.kind == kAcceleratorKind) {
      changes.push_back(plan_file_removal(entry, entry.name, "there are no machines any more", {""}));
    }
  }
  if (state.entries.empty()) return changes;
  changes.push_back(plan_folder_removal(cluster));
  return changes;
}

const cluster::Machine* machine_of(const Cluster& cluster, const std::string& name) {
  const auto found = std::find_if(cluster.machines.begin(), cluster.machines.end(),
                                  [&](const cluster::Machine& one) { return one.name == name; });
  return found == cluster.machines.end() ? nullptr : &*found;
}

void append(std::vector<Change>& changes, std::vector<Change> more) {
  std::move(more.begin(), more.end(), std::back_inserter(changes));
}

std::vector<Change> host_changes(const Cluster& cluster, const QemuState& state) {
  std::vector<Change> changes;
  changes.push_back(accelerator_change(cluster, state));
  changes.push_back(plan_key(cluster, state.key));
  changes.push_back(image_change(cluster, state));
  return changes;
}

}  // namespace

std::vector<Change> plan_qemu(const Cluster& cluster, const QemuState& state, const QemuOptions& options) {
  std::vector<Change> changes;
  if (!cluster.machines.empty()) changes = host_changes(cluster, state);
  for (const cluster::Machine& machine : cluster.machines) {
    changes.push_back(MachinePlan(cluster, machine, state, options).make());
  }
  for (const QemuMachineState& machine : state.machines) {
    if (machine_of(cluster, machine.name) == nullptr) changes.push_back(plan_removal(cluster, machine, state));
  }
  append(changes, image_removals(cluster, state));
  append(changes, last_removals(cluster, state));
  return changes;
}

std::vector<Change> plan_power(const Cluster& cluster, const QemuState& state, const QemuOptions& options,
                               PowerWish wish, const std::vector<std::string>& names) {
  std::vector<Change> changes;
  if (wish != PowerWish::kOff) changes = host_changes(cluster, state);
  for (const std::string& name : names) {
    const cluster::Machine* const machine = machine_of(cluster, name);
    if (machine == nullptr) continue;
    MachinePlan plan(cluster, *machine, state, options);
    if (wish == PowerWish::kOn) changes.push_back(plan.make());
    if (wish == PowerWish::kOff) changes.push_back(plan.stop());
    if (wish == PowerWish::kRestart) changes.push_back(plan.restart());
  }
  return changes;
}

std::vector<Change> plan_resize(const Cluster& cluster, const QemuState& state, const QemuOptions& options,
                                const std::vector<std::string>& names) {
  std::vector<Change> changes;
  for (const std::string& name : names) {
    const cluster::Machine* const machine = machine_of(cluster, name);
    if (machine != nullptr) changes.push_back(MachinePlan(cluster, *machine, state, options).resize());
  }
  return changes;
}

base::Result<void> check_room(const Cluster& cluster, const QemuState& state) {
  std::vector<Demand> demands;
  for (const cluster::Machine& machine : cluster.machines) {
    Demand demand{machine.name, machine.memory + qemu_overhead(facts_of(state)), machine.disk};
    for (const QemuMachineState& now : state.machines) {
      if (now.name != machine.name) continue;
      if (now.running) demand.memory = 0;
      const std::uint64_t allocated = now.disk ? now.disk->allocated : 0;
      const std::uint64_t size = std::max(machine.disk, now.disk ? now.disk->virtual_size : 0);
      demand.disk = size > allocated ? size - allocated : 0;
    }
    demands.push_back(std::move(demand));
  }
  return check_room(state.room, demands);
}

}  // namespace provisioner::hypervisor
