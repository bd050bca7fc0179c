// `check`: when each certificate ends, for people, for programs and for Prometheus. Changes nothing in the folder. One
// thread.
#pragma once

#include "pki/command/command_line.h"

namespace pki::command {

struct CheckOptions {
  FolderOptions folder;
  std::chrono::hours within{30 * 24};
  bool json = false;
  std::filesystem::path metrics;  // a file for node_exporter; "": none
};

// kExitFailed where a certificate has ended, is not yet valid, or ends within `within`; also where none is there.
[[nodiscard]] base::ExitCode check(const CheckOptions& options, const Surroundings& surroundings);
void add_check(CLI::App& app, Chosen& chosen);

}  // namespace pki::command
