// `render DIR`: writes all files that a cluster.yaml stands for into a folder, and touches nothing else. One thread.
#pragma once

#include <optional>

#include "provisioner/command/command_line.h"

namespace provisioner::command {

struct RenderOptions {
  std::filesystem::path config;
  std::filesystem::path folder;
  std::optional<step::System> system{};  // for which; unset: this host's
};

// The folder is new, or empty, or made by an earlier call, whose files that are wanted no more are removed; any other
// one is an error, and nothing is written.
[[nodiscard]] base::ExitCode render(const RenderOptions& options, const Surroundings& surroundings);
void add_render(CLI::App& app, Chosen& chosen);

}  // namespace provisioner::command
