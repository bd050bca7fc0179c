// Ruleset -> the rules of FreeBSD's ipfw(8), in the form that `ipfw FILE` reads. Spreads use `fwd`, which changes the
// next hop alone (direct server return). Pure functions; any thread.
#pragma once

#include <string>
#include <vector>

#include "lib/base/result.h"
#include "lib/firewall/command.h"
#include "lib/firewall/ruleset.h"

namespace firewall {

// Refuses what ipfw cannot do, and what its parser takes without a word but means otherwise: a target on another port
// or of another address family, a `prob` below the resolution of 2^-31 (it never matches), more rules than it has
// numbers; and spreads beside masquerades, whose rules want sets of their own.
[[nodiscard]] base::Result<void> check_ipfw(const Ruleset& ruleset);

// Of a ruleset that check_ipfw accepts. The comments say how to load it and what the host and the targets need.
[[nodiscard]] std::string render_ipfw(const Ruleset& ruleset);

// -f: to delete what is not there ends nothing. -n: changes nothing.
[[nodiscard]] std::vector<Command> ipfw_check_argv(const Ruleset& ruleset, const std::string& file);
[[nodiscard]] std::vector<Command> ipfw_apply_argv(const Ruleset& ruleset, const std::string& file);
[[nodiscard]] std::vector<Command> ipfw_remove_argv(const Ruleset& ruleset);

}  // namespace firewall
