// Work: what every command that changes the host has in common: it is alone in the cluster's folder, it shows what it
// would do, asks, does it with a line of progress a machine, and tells what became of it. One thread; machines are
// worked on by others.
#pragma once

#include <functional>
#include <optional>
#include <string>

#include "provisioner/command/command_line.h"

namespace provisioner::command {

struct WorkOptions {
  std::string doing;     // "apply": who holds the folder, for others that want it
  bool is_dry = false;   // prints the steps as a shell script, and does nothing
  bool is_sure = false;  // asks nobody
};
void add_work_options(CLI::App& app, WorkOptions& options);

// What is to be done, given what was made before; asked for once, with the folder held.
using Planner = std::function<base::Result<step::Plan>(const step::Ledger& ledger)>;

// kExitUsage where somebody would have to be asked and nobody is there.
[[nodiscard]] base::ExitCode work(const cluster::Cluster& cluster, const WorkOptions& options, const Planner& planner,
                                  const Surroundings& surroundings);

[[nodiscard]] base::Result<std::unique_ptr<step::Ledger>> ledger_of(step::Host& host, const cluster::Cluster& cluster);
// For who only looks.
[[nodiscard]] base::Result<plan::World> look_at_world(const cluster::Cluster& cluster,
                                                      const Surroundings& surroundings);

}  // namespace provisioner::command
