// `inspect FILE`: what a certificate, key, kubeconfig or encryption configuration says, without its secrets. One
// thread.
#pragma once

#include <filesystem>

#include "pki/command/command_line.h"

namespace pki::command {

[[nodiscard]] base::ExitCode inspect(const std::filesystem::path& file, const Surroundings& surroundings);
void add_inspect(CLI::App& app, Chosen& chosen);

}  // namespace pki::command
