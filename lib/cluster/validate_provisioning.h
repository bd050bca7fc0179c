// Rules over what cluster.yaml says of the machines' making. One thread.
#pragma once

#include "lib/cluster/cluster.h"
#include "lib/cluster/findings.h"

namespace cluster {

void validate_provisioning(const Cluster& cluster, Findings& findings);

}  // namespace cluster
