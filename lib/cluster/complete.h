// The defaults of cluster.yaml that follow from other places of the file. Any thread.
#pragma once

#include "lib/cluster/cluster.h"
#include "lib/cluster/findings.h"

namespace cluster {

// A listener without an address gets the VIP and the port of controlPlaneEndpoint; one without backends gets every
// control-plane machine at that port, with the machine's weight; a backend gets the name of the machine that it is on,
// or its address. What is needed for that and missing is an error.
void complete(Cluster& cluster, Findings& findings);

}  // namespace cluster
