// The keys of spec.pki. Any thread.
#pragma once

#include "lib/cluster/map_reader.h"
#include "lib/cluster/pki.h"

namespace cluster {

void read_pki(MapReader& in, Pki& pki);

}  // namespace cluster
