// The rules of spec.loadBalancer that look at several values at once; see validate.h. Any thread.
#pragma once

#include "lib/cluster/cluster.h"
#include "lib/cluster/findings.h"

namespace cluster {

void validate_load_balancer(const Cluster& cluster, Findings& findings);

}  // namespace cluster
