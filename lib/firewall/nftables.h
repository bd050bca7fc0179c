// Ruleset -> Linux's nftables(8): one table of family inet that bears the ruleset's name. Pure functions; any thread.
#pragma once

#include <string>
#include <vector>

#include "lib/base/result.h"
#include "lib/firewall/command.h"
#include "lib/firewall/nft_table.h"
#include "lib/firewall/ruleset.h"

namespace firewall {

[[nodiscard]] base::Result<void> check_nftables(const Ruleset& ruleset);
[[nodiscard]] NftTable nft_table_of(const Ruleset& ruleset);
[[nodiscard]] std::string render_nftables(const Ruleset& ruleset);

[[nodiscard]] std::vector<Command> nft_check_argv(const Ruleset& ruleset, const std::string& file);
[[nodiscard]] std::vector<Command> nft_apply_argv(const Ruleset& ruleset, const std::string& file);
[[nodiscard]] std::vector<Command> nft_remove_argv(const Ruleset& ruleset);

}  // namespace firewall
