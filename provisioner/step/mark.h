// The mark by which we know again what we made: words in every file of ours whose format has comments. Only what bears
// it is ever replaced or removed; whatever else is at a path of ours belongs to somebody. Pure; any thread.
#pragma once

#include <string>
#include <string_view>

#include "lib/cluster/cluster.h"

namespace provisioner::step {

// "Made by keepstate-provisioner for cluster hard-way;" and then the room's own words.
[[nodiscard]] inline std::string mark_of(std::string_view cluster) {
  return "Made by keepstate-provisioner for cluster " + std::string(cluster) + ";";
}
[[nodiscard]] inline std::string mark_of(const cluster::Cluster& cluster) {
  return mark_of(cluster.name);
}

[[nodiscard]] inline bool bears_mark(std::string_view content, const cluster::Cluster& cluster) {
  return content.find(mark_of(cluster)) != std::string_view::npos;
}

}  // namespace provisioner::step
