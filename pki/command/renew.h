// `renew`: issues certificates again, for their keys or for new ones, and refreshes the kubeconfigs that embed them.
// One thread.
#pragma once

#include <string>
#include <vector>

#include "pki/command/command_line.h"
#include "pki/plan/steps.h"

namespace pki::command {

struct RenewOptions {
  FolderOptions folder;
  std::chrono::hours within{30 * 24};
  std::vector<std::string> names;  // empty: all that is due or broken
  plan::KeyWish key = plan::KeyWish::kKeep;
};

[[nodiscard]] base::ExitCode renew(const RenewOptions& options, const Surroundings& surroundings);
void add_renew(CLI::App& app, Chosen& chosen);

}  // namespace pki::command
