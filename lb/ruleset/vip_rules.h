// Listeners -> the Ruleset that makes the kernel do what the proxy would: connections to a listener's VIP are spread
// over its backends by weight. Pure; any thread.
#pragma once

#include <span>

#include "lib/base/result.h"
#include "lib/cluster/cluster.h"
#include "lib/firewall/ruleset.h"

namespace lb::ruleset {

// Refuses what no packet filter can do: a listener that names no VIP (0.0.0.0) or whose backends all have weight 0, two
// listeners with one address, a backend that is the VIP itself.
[[nodiscard]] base::Result<firewall::Ruleset> vip_rules(std::span<const cluster::Listener> listeners);

}  // namespace lb::ruleset
