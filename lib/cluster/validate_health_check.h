// The rules over a listener's healthCheck, onDown and profile. Pure but for the findings.
#pragma once

#include <string>

#include "lib/cluster/cluster.h"
#include "lib/cluster/findings.h"

namespace cluster {

// `path` is the listener's. Reports every violation; values that could not be read are passed over.
void validate_health_check(const Listener& listener, const std::string& path, Findings& findings);

}  // namespace cluster
