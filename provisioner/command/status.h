// `status`: how machines, names and the VIP are, and what would be missing after a reboot of the host. Changes nothing.
// One thread, and one a machine while they are asked.
#pragma once

#include "provisioner/command/command_line.h"

namespace provisioner::command {

struct StatusOptions {
  std::filesystem::path config;
  bool json = false;
  bool after_reboot = false;  // tells what would be missing then, instead
};

// kExitFailed where something is not as it should be.
[[nodiscard]] base::ExitCode status(const StatusOptions& options, const Surroundings& surroundings);
void add_status(CLI::App& app, Chosen& chosen);

}  // namespace provisioner::command
