// Ruleset -> the rules of FreeBSD's ipfw(8), in the form that `ipfw FILE` reads. Spreads use `fwd`, which changes the
// next hop alone (direct server return). Pure functions; any thread.
#pragma once

#include <string>

#include "lib/base/result.h"
#include "lib/firewall/ruleset.h"

namespace firewall {

// Refuses what ipfw cannot do, and what its parser takes without a word but means otherwise: a target on another port
// or of another address family, a `prob` below the resolution of 2^-31 (it never matches), more rules than it has
// numbers, a state name that is not [A-Za-z0-9_.-]{1,63} (ipfw2.c, ipfw_check_object_name).
[[nodiscard]] base::Result<void> check_ipfw(const Ruleset& ruleset);

// Of a ruleset that check_ipfw accepts. The comments say how to load it and what the host and the targets need.
[[nodiscard]] std::string render_ipfw(const Ruleset& ruleset);

}  // namespace firewall
