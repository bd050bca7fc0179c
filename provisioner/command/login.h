// `ssh`, `ssh-config` and `console`: ways into a machine. One thread.
#pragma once

#include "provisioner/command/command_line.h"

namespace provisioner::command {

struct LoginOptions {
  std::filesystem::path config;
  std::string machine;
  std::vector<std::string> words;  // what to run there; empty: a shell
};

// Becomes ssh(1).
[[nodiscard]] base::ExitCode ssh(const LoginOptions& options, const Surroundings& surroundings);
// Sections for ~/.ssh/config, so that `ssh worker-0`, scp and rsync know the machines.
[[nodiscard]] base::ExitCode ssh_config(const LoginOptions& options, const Surroundings& surroundings);
// QEMU: between the terminal and the machine's console, until Ctrl-]. CBSD: becomes `cbsd blogin`.
[[nodiscard]] base::ExitCode console(const LoginOptions& options, const Surroundings& surroundings);

void add_logins(CLI::App& app, Chosen& chosen);

}  // namespace provisioner::command
