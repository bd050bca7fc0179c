// What keepstate-pki's commands do. They read and write files, report on the given streams and return the program's
// exit code; the time comes in from outside. One thread.
#pragma once

#include <chrono>
#include <filesystem>
#include <iosfwd>

#include "lib/base/exit_code.h"
#include "lib/cluster/cluster.h"

namespace pki {

struct InitOptions {
  std::filesystem::path config;  // cluster.yaml
  std::filesystem::path folder;  // where the files go
};

struct Streams {
  std::ostream& out;  // a line a file
  std::ostream& err;  // what went wrong, and warnings
};

// Makes all that is missing; replaces nothing.
[[nodiscard]] base::ExitCode init(const InitOptions& options, std::chrono::sys_seconds now, Streams streams);

// The same for a Cluster that was read already; options.config only gives messages their name.
[[nodiscard]] base::ExitCode init(const cluster::Cluster& cluster, const InitOptions& options,
                                  std::chrono::sys_seconds now, Streams streams);

}  // namespace pki
