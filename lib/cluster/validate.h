// The rules of cluster.yaml that look at several values at once: names and addresses that come twice, addresses outside
// their network, networks that overlap, a VIP that something else owns, pools that could never be picked from.
// A rule looks only at values that could be read, so one mistake is not reported twice. Any thread.
#pragma once

#include "lib/cluster/cluster.h"
#include "lib/cluster/findings.h"

namespace cluster {

void validate(const Cluster& cluster, Findings& findings);

}  // namespace cluster
