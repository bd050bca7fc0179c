// `plan`: the differences between cluster.yaml and what there is. Changes nothing. One thread.
#pragma once

#include "provisioner/command/command_line.h"

namespace provisioner::command {

// Of `plan` with --detailed-exitcode, where there is something to do: as terraform has it, but for the number, as 2
// means a wrong command line here.
inline constexpr int kExitDifferences = 3;

struct PlanOptions {
  std::filesystem::path config;
  bool json = false;
  bool detailed_exit_code = false;
};

[[nodiscard]] base::ExitCode plan(const PlanOptions& options, const Surroundings& surroundings);
void add_plan(CLI::App& app, Chosen& chosen);

}  // namespace provisioner::command
