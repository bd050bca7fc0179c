// Where a Config comes from. Pure; any thread.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "lb/config/config.h"
#include "lib/base/result.h"
#include "lib/cluster/cluster.h"

namespace lb::config {

// The loadBalancer section of a cluster. A cluster without one, or without a listener, is an error that names the key.
[[nodiscard]] base::Result<Config> config_of(const cluster::Cluster& cluster);

// The words of `run --listen ... --backend ...`, as they were typed.
struct Flags {
  std::string listen;
  std::vector<std::string> backends;  // "10.10.0.11:6443" or "10.10.0.11:6443,weight=2"
  std::string policy;
};
// One listener, named "default". Every error names the option and what it should look like.
[[nodiscard]] base::Result<Config> config_of(const Flags& flags);

// 'weighted-random', ...; an unknown name is answered with the known ones.
[[nodiscard]] base::Result<cluster::PolicyKind> parse_policy(std::string_view name);

}  // namespace lb::config
