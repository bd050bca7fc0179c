// cluster.yaml -> Cluster. Every mistake of the file is found in one run; nothing is started on a half-read file.
// Any thread; reads the file and nothing else.
#pragma once

#include <filesystem>
#include <string>
#include <string_view>
#include <tl/expected.hpp>
#include <vector>

#include "lib/cluster/cluster.h"

namespace cluster {

// One thing to say about a place of the file. Lines and columns start at 1; line 0 means the file as a whole.
struct Diagnostic {
  int line = 0;
  int column = 0;
  std::string message;  // what, why, what to do

  friend bool operator==(const Diagnostic&, const Diagnostic&) = default;
};

// In the order of the file.
using Diagnostics = std::vector<Diagnostic>;

// "cluster.yaml:14:7: unknown key 'wieght' (did you mean 'weight'?)", a line each, each ended by a newline.
[[nodiscard]] std::string to_text(const Diagnostics& diagnostics, std::string_view file_name);

struct LoadedCluster {
  Cluster cluster;
  Diagnostics warnings;  // accepted, but worth a word
};

[[nodiscard]] tl::expected<LoadedCluster, Diagnostics> parse_cluster(std::string_view yaml);

// A file that cannot be read is one Diagnostic with line 0.
[[nodiscard]] tl::expected<LoadedCluster, Diagnostics> load_cluster(const std::filesystem::path& path);

}  // namespace cluster
