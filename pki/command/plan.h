// `plan`: tells what init and renew would do, why, and what is to be restarted where; changes nothing. One thread.
#pragma once

#include "pki/command/command_line.h"

namespace pki::command {

struct PlanOptions {
  FolderOptions folder;
  std::chrono::hours within{30 * 24};  // what ends so soon would be renewed
};

// kExitFailed where something stands in the way that no command may decide.
[[nodiscard]] base::ExitCode plan(const PlanOptions& options, const Surroundings& surroundings);
void add_plan(CLI::App& app, Chosen& chosen);

}  // namespace pki::command
