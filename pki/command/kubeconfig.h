// `kubeconfig NAME --server URL`: a kubeconfig that is not among the folder's own, for another way to the API. Changes
// nothing in the folder. One thread.
#pragma once

#include <string>

#include "pki/command/command_line.h"
#include "pki/command/secret_output.h"

namespace pki::command {

struct KubeconfigOptions {
  FolderOptions folder;
  std::string name;    // of a client's certificate
  std::string server;  // "https://HOST:PORT"
  SecretOutput output;
};

[[nodiscard]] base::ExitCode kubeconfig(const KubeconfigOptions& options, const Surroundings& surroundings);
void add_kubeconfig(CLI::App& app, Chosen& chosen);

}  // namespace pki::command
