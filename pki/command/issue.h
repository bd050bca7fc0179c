// `issue NAME`: makes one artefact that is missing. One thread.
#pragma once

#include <string>

#include "pki/command/command_line.h"
#include "pki/plan/plan_issue.h"

namespace pki::command {

struct IssueOptions {
  FolderOptions folder;
  std::string name;
  plan::Loss loss = plan::Loss::kRefuse;
};

[[nodiscard]] base::ExitCode issue(const IssueOptions& options, const Surroundings& surroundings);
void add_issue(CLI::App& app, Chosen& chosen);

}  // namespace pki::command
