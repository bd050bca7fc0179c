// Rules over several keys that concern spec.kubernetes. One thread.
#pragma once

#include "lib/cluster/cluster.h"
#include "lib/cluster/findings.h"

namespace cluster {

void validate_kubernetes(const Cluster& cluster, Findings& findings);

}  // namespace cluster
