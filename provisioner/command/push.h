// `push`: brings units, configuration and keys to machines over ssh, and has them run. One thread, and one a machine
// while they are looked at.
#pragma once

#include "provisioner/command/work.h"
#include "provisioner/units/push.h"

namespace provisioner::command {

struct PushCommandOptions {
  std::filesystem::path config;
  std::vector<std::string> names;  // empty: all machines
  units::PushOptions push{};
  WorkOptions work;
};

[[nodiscard]] base::ExitCode push(const PushCommandOptions& options, const Surroundings& surroundings);
void add_push(CLI::App& app, Chosen& chosen);

}  // namespace provisioner::command
