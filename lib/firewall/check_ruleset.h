// What holds for a ruleset in every dialect. Pure; any thread.
#pragma once

#include <string>
#include <string_view>

#include "lib/base/result.h"
#include "lib/firewall/ruleset.h"

namespace firewall {

// The name is `keepstate` or begins with `keepstate_`, in at most 16 of [a-z0-9_]: it becomes a table, an anchor, a
// part of chains' names. Interfaces have a system's name, so that no dialect takes them for anything else. A masquerade
// has a source.
[[nodiscard]] base::Result<void> check_ruleset(const Ruleset& ruleset);

// For a comment of one line, or between quotation marks, whatever is in it: all but printable ASCII, and what ends a
// quotation in some dialect, becomes '?'. At most `most` bytes.
[[nodiscard]] std::string printable(std::string_view text, std::size_t most = 120);

}  // namespace firewall
