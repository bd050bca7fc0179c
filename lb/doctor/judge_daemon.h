// Whether a daemon runs, and who else may look at it. Pure; any thread.
#pragma once

#include <optional>
#include <string>

#include "lb/doctor/finding.h"
#include "lib/cluster/cluster.h"

namespace lb::doctor {

// `socket`: its path; nothing where there is none. `error`: errno of connecting there; 0: somebody accepts.
[[nodiscard]] Finding judge_daemon(const std::optional<std::string>& socket, int error);
[[nodiscard]] Finding judge_admin(const cluster::LoadBalancer& balancer);

}  // namespace lb::doctor
