// Ruleset -> pf(4), as FreeBSD's pfctl(8) loads it into an anchor that bears the ruleset's name. Pure functions; any
// thread.
#pragma once

#include <string>
#include <vector>

#include "lib/base/result.h"
#include "lib/firewall/command.h"
#include "lib/firewall/ruleset.h"

namespace firewall {

[[nodiscard]] base::Result<void> check_pf(const Ruleset& ruleset);
[[nodiscard]] std::string render_pf(const Ruleset& ruleset);

[[nodiscard]] std::vector<Command> pf_check_argv(const Ruleset& ruleset, const std::string& file);
[[nodiscard]] std::vector<Command> pf_apply_argv(const Ruleset& ruleset, const std::string& file);
[[nodiscard]] std::vector<Command> pf_remove_argv(const Ruleset& ruleset);

}  // namespace firewall
