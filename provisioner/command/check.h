// `check`: everything that is wrong with a cluster.yaml. Looks at nothing else. One thread.
#pragma once

#include "provisioner/command/command_line.h"

namespace provisioner::command {

[[nodiscard]] base::ExitCode check(const std::filesystem::path& config, const Surroundings& surroundings);
void add_check(CLI::App& app, Chosen& chosen);

}  // namespace provisioner::command
