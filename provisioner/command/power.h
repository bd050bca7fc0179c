// `start`, `stop`, `restart` and `resize` of single machines, and `power-down`, which systemd calls. One thread.
#pragma once

#include "provisioner/command/work.h"

namespace provisioner::command {

struct PowerOptions {
  std::filesystem::path config;
  std::vector<std::string> names;
  WorkOptions work;
};

[[nodiscard]] base::ExitCode change_power(const PowerOptions& options, hypervisor::PowerWish wish,
                                          const Surroundings& surroundings);
[[nodiscard]] base::ExitCode resize(const PowerOptions& options, const Surroundings& surroundings);
// Of the machine in that folder: its unit knows nothing else of it.
[[nodiscard]] base::ExitCode power_down(const std::filesystem::path& folder, const Surroundings& surroundings);

void add_power(CLI::App& app, Chosen& chosen);

}  // namespace provisioner::command
