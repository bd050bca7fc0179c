// `explain FILE`: why a file is there, and each CN, O and name in it. Reads cluster.yaml alone. One thread.
#pragma once

#include <filesystem>
#include <string>

#include "pki/command/command_line.h"

namespace pki::command {

struct ExplainOptions {
  std::filesystem::path config;
  std::string name;
};

[[nodiscard]] base::ExitCode explain(const ExplainOptions& options, const Surroundings& surroundings);
void add_explain(CLI::App& app, Chosen& chosen);

}  // namespace pki::command
