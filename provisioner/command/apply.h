// `apply` and `destroy`: makes what cluster.yaml wants of this host; and takes away all that was made. One thread.
#pragma once

#include "provisioner/command/work.h"

namespace provisioner::command {

struct ApplyOptions {
  std::filesystem::path config;
  std::vector<std::string> only;  // machines; empty: all
  WorkOptions work;
};

[[nodiscard]] base::ExitCode apply(const ApplyOptions& options, const Surroundings& surroundings);
[[nodiscard]] base::ExitCode destroy(const ApplyOptions& options, const Surroundings& surroundings);
void add_apply(CLI::App& app, Chosen& chosen);
void add_destroy(CLI::App& app, Chosen& chosen);

}  // namespace provisioner::command
