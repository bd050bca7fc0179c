// Masquerades -> ipfw(8), by its in-kernel NAT. A part of render_ipfw(). Pure; any thread.
#pragma once

#include <string>
#include <vector>

#include "lib/base/result.h"
#include "lib/firewall/command.h"
#include "lib/firewall/ruleset.h"

namespace firewall {

// Their rules and instances of NAT take this many numbers, whatever they need, so that a smaller ruleset replaces a
// larger one.
inline constexpr unsigned kIpfwMasqueradeNumbers = 100;

// libalias knows IPv4 alone, so IPv6 sources are refused.
[[nodiscard]] base::Result<void> check_ipfw_masquerades(const Ruleset& ruleset);

// What the host needs and the rules; nothing where there is no masquerade.
[[nodiscard]] std::string render_ipfw_masquerades(const Ruleset& ruleset);

[[nodiscard]] std::vector<Command> ipfw_masquerade_remove_argv(const Ruleset& ruleset);

}  // namespace firewall
