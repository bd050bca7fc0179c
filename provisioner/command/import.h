// `import`: prints a cluster.yaml made of Kubernetes the Hard Way's machines.txt. One thread.
#pragma once

#include "provisioner/command/command_line.h"

namespace provisioner::command {

// kExitUsage where the list is wrong.
[[nodiscard]] base::ExitCode import_machines(const std::filesystem::path& list, const Surroundings& surroundings);
void add_import(CLI::App& app, Chosen& chosen);

}  // namespace provisioner::command
