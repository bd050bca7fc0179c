// Rules over what a listener does with slow backends and full ones: keys that would have no effect, or harm. Pure.
#pragma once

#include <string>

#include "lib/cluster/cluster.h"
#include "lib/cluster/findings.h"

namespace cluster {

// `path` is the listener's: "spec.loadBalancer.listeners[0]".
void validate_hedges(const Listener& listener, const std::string& path, Findings& findings);

}  // namespace cluster
