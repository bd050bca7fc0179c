// `init`: makes all that is missing; replaces nothing. One thread.
#pragma once

#include "pki/command/command_line.h"

namespace pki::command {

struct InitOptions {
  FolderOptions folder;
  bool ask_passphrase = false;  // for a new ca-key.pem, on the terminal
};

[[nodiscard]] base::ExitCode init(const InitOptions& options, const Surroundings& surroundings);
void add_init(CLI::App& app, Chosen& chosen);

}  // namespace pki::command
