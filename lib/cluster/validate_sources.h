// The rules of a listener that say who may connect, and how many at a time; see validate.h. Any thread.
#pragma once

#include <string>

#include "lib/cluster/cluster.h"
#include "lib/cluster/findings.h"

namespace cluster {

// `path` is the listener's.
void validate_sources(const LoadBalancer& balancer, const Listener& listener, const std::string& path,
                      Findings& findings);

}  // namespace cluster
