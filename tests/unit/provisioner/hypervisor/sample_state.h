// What observe_qemu would say of the sample cluster: of nothing, and of all as it should be. One thread.
#pragma once

#include <string>
#include <vector>

#include "provisioner/hypervisor/observe_qemu.h"
#include "provisioner/step/change.h"
#include "tests/unit/provisioner/hypervisor/sample_cluster.h"

namespace provisioner::hypervisor {

inline QemuState state_with_nothing(const cluster::Cluster& cluster) {
  QemuState state;
  for (const cluster::Machine& machine : cluster.machines) {
    state.machines.push_back({.name = machine.name});
    state.taps[tap_of(cluster, machine).name] = {};
  }
  state.image = "/srv/x/images/" + std::string(64, 'a');
  state.room = {.memory = 64ULL << 30, .free_memory = 60ULL << 30, .free_disk = 500ULL << 30};
  state.key.public_line = kSampleKey;
  return state;
}

inline QemuState state_with_all(const cluster::Cluster& cluster) {
  QemuState state = state_with_nothing(cluster);
  state.has_image = true;
  state.key.has_private = true;
  state.entries.push_back({kImageKind, state.image.string()});
  for (std::size_t i = 0; i < cluster.machines.size(); ++i) {
    const cluster::Machine& machine = cluster.machines[i];
    const Tap tap = tap_of(cluster, machine);
    state.machines[i] = {
        .name = machine.name,
        .is_claimed = true,
        .running = RunningQemu{77, qemu_command(cluster, machine, facts_of(state))},
        .status = "running",
        .disk = DiskState{.virtual_size = machine.disk, .allocated = 1ULL << 30, .image = state.image.string()},
        .seed = cloud_init::seed_of(cloud_init::guest_of(cluster, machine, {.own_key = kSampleKey}).value()),
        .is_ready = true};
    state.taps[tap.name] = {true, tap.alias, tap.bridge, true};
    state.entries.push_back({kMachineKind, machine.name, kQemuDetail});
  }
  return state;
}

inline void add_systemd(const cluster::Cluster& cluster, QemuState& state) {
  state.has_systemd = true;
  for (const cluster::Machine& machine : cluster.machines) {
    for (const step::RenderedFile& file : system_files(cluster, machine, facts_of(state), {})) {
      state.files[file.path] = file.file.content;
      state.entries.push_back({kFileKind, file.path.string(), machine.name});
    }
  }
  for (QemuMachineState& machine : state.machines) machine.is_enabled = true;
}

inline std::vector<std::string> printed(const step::Change& change) {
  std::vector<std::string> lines;
  for (const auto& step : change.steps) lines.push_back(step->print());
  return lines;
}

}  // namespace provisioner::hypervisor
