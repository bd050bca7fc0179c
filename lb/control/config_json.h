// The configuration as it runs, in cluster.yaml's words and with every default filled in; null is what is not set.
// Holds no secret: tokens and keys are named by their files. Pure; any thread.
#pragma once

#include <vector>

#include "lb/config/config.h"
#include "lb/control/json_answer.h"
#include "lib/cluster/cluster.h"

namespace lb::control {

// `config` with these listeners in place of its own.
[[nodiscard]] Json config_json(const config::Config& config, const std::vector<cluster::Listener>& listeners);

}  // namespace lb::control
