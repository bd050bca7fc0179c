// `bundle MACHINE`: a tar of just what one machine needs, with the places of its files and a script that puts them
// there. Changes nothing in the folder. One thread.
#pragma once

#include <string>

#include "pki/command/command_line.h"
#include "pki/command/secret_output.h"

namespace pki::command {

struct BundleOptions {
  FolderOptions folder;
  std::string machine;
  SecretOutput output;
};

// kExitFailed where a file that the machine needs is missing; what is there and wrong is warned of.
[[nodiscard]] base::ExitCode bundle(const BundleOptions& options, const Surroundings& surroundings);
void add_bundle(CLI::App& app, Chosen& chosen);

}  // namespace pki::command
