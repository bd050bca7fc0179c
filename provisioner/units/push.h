// push: brings units, configuration and keys to machines and has them run, as a Plan. Control-plane machines come first
// and one after the other, each waited for before the next one is touched, so that a change that does not work stops at
// the first; only where etcd begins anew do they start together, as no member is up before there is a majority.
//
// Keys go from keepstate-pki's output into ssh's input and lie nowhere on the way; on the machine they are unpacked in
// memory (/run), and its own script puts them into their places.
//
// The caller has looked at each machine (observe_units), holds cluster.yaml's path and the PKI's folder, and carries
// the Plan out; every change has the machine's name as its own. Pure; any thread.
#pragma once

#include <chrono>
#include <filesystem>
#include <string>
#include <vector>

#include "lib/base/result.h"
#include "provisioner/step/change.h"
#include "provisioner/units/machine_units.h"
#include "provisioner/units/units_state.h"

namespace provisioner::units {

struct PushOptions {
  std::string pki_program = "keepstate-pki";  // a path, or a name in PATH
  std::filesystem::path cluster_file;
  std::filesystem::path pki_folder;
  std::chrono::seconds wait = std::chrono::minutes{3};  // for a machine's units to be up
};

struct PushTarget {
  cluster::Machine machine;
  MachineUnits units;
  UnitsState state;
};

// In the order of cluster.yaml. An error where somebody else's file is in the way, or a program is missing: it names
// all of them, and nothing is to be done before.
[[nodiscard]] base::Result<step::Plan> plan_push(const cluster::Cluster& cluster,
                                                 const std::vector<PushTarget>& targets, const PushOptions& options);

}  // namespace provisioner::units
