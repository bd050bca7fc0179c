// What the command line says, and what all commands share of it: each adds itself to the program (add_plan and so on)
// and leaves what is to be done in Chosen. One thread.
#pragma once

#include <CLI/CLI.hpp>
#include <filesystem>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "provisioner/command/surroundings.h"

namespace provisioner::command {

// The command that the user has chosen, with its options; empty until the command line has been read.
struct Chosen {
  std::function<base::ExitCode(const Surroundings&)> run;
};

void add_config_option(CLI::App& app, std::filesystem::path& config);

// cluster.yaml, whose mistakes and warnings go to `err`; nothing where it has mistakes (kExitUsage then).
[[nodiscard]] std::optional<cluster::Cluster> load(const std::filesystem::path& config, std::ostream& err);

// Whether the cluster has machines of these names; where one is not, that is told with what may have been meant.
[[nodiscard]] bool has_machines(const cluster::Cluster& cluster, const std::vector<std::string>& names,
                                std::ostream& err);
// One of the cluster's, else nullptr, and it is told.
[[nodiscard]] const cluster::Machine* find_machine(const cluster::Cluster& cluster, const std::string& name,
                                                   std::ostream& err);

// Tells it, and is kExitFailed.
[[nodiscard]] base::ExitCode failed(const base::Error& error, std::ostream& err);

}  // namespace provisioner::command
