// YAML -> LoadBalancer: reads the keys of spec.loadBalancer. Pure.
#pragma once

#include "lib/cluster/cluster.h"
#include "lib/cluster/map_reader.h"

namespace cluster {

void read_load_balancer(MapReader& in, LoadBalancer& balancer);

}  // namespace cluster
