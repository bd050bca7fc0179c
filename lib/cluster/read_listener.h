// YAML -> Listener: reads the keys of one entry of spec.loadBalancer.listeners. A profile is put first, so that every
// other key of the file has its way. Pure.
#pragma once

#include "lib/cluster/cluster.h"
#include "lib/cluster/map_reader.h"

namespace cluster {

void read_listener(MapReader& in, Listener& listener);

}  // namespace cluster
