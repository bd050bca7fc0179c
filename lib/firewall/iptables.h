// Ruleset -> iptables(8), in the form that iptables-restore and ip6tables-restore read, in one text for both. Our rules
// stand in chains of ours, which bear the ruleset's name. Pure functions; any thread.
#pragma once

#include <string>
#include <vector>

#include "lib/base/result.h"
#include "lib/firewall/command.h"
#include "lib/firewall/ruleset.h"

namespace firewall {

[[nodiscard]] base::Result<void> check_iptables(const Ruleset& ruleset);
[[nodiscard]] std::string render_iptables(const Ruleset& ruleset);

[[nodiscard]] std::vector<Command> iptables_check_argv(const Ruleset& ruleset, const std::string& file);
[[nodiscard]] std::vector<Command> iptables_apply_argv(const Ruleset& ruleset, const std::string& file);
[[nodiscard]] std::vector<Command> iptables_remove_argv(const Ruleset& ruleset);

}  // namespace firewall
