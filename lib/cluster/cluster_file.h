// cluster.yaml -> Cluster. Every mistake of the file is found in one run; nothing is started on a half-read file.
// Any thread; reads the file and nothing else.
#pragma once

#include <filesystem>
#include <string_view>
#include <tl/expected.hpp>

#include "lib/cluster/cluster.h"
#include "lib/cluster/diagnostic.h"

namespace cluster {

struct LoadedCluster {
  Cluster cluster;
  Diagnostics warnings;  // accepted, but worth a word
};

// What comes instead of a cluster holds every error and every warning.
[[nodiscard]] tl::expected<LoadedCluster, Diagnostics> parse_cluster(std::string_view yaml);

// A file that cannot be read is one Diagnostic with line 0.
[[nodiscard]] tl::expected<LoadedCluster, Diagnostics> load_cluster(const std::filesystem::path& path);

}  // namespace cluster
