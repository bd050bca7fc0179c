// Reads spec.kubernetes of cluster.yaml. One thread.
#pragma once

#include "lib/cluster/kubernetes.h"
#include "lib/cluster/map_reader.h"

namespace cluster {

void read_kubernetes(MapReader& in, Kubernetes& kubernetes);

}  // namespace cluster
