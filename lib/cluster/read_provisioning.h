// spec.hypervisor, spec.access and spec.dns -> their values. One thread.
#pragma once

#include "lib/cluster/map_reader.h"
#include "lib/cluster/provisioning.h"

namespace cluster {

void read_hypervisor(MapReader& in, Hypervisor& hypervisor);
void read_access(MapReader& in, Access& access);
void read_dns(MapReader& in, Dns& dns);

}  // namespace cluster
