// Dialect: a language that a Ruleset can be written in, found by its name. Any thread.
#pragma once

#include <string>
#include <string_view>

#include "lib/base/result.h"
#include "lib/firewall/ruleset.h"

namespace firewall {

struct Dialect {
  std::string_view name;
  base::Result<void> (*check)(const Ruleset&);  // can this dialect say it, and say it exactly?
  std::string (*render)(const Ruleset&);        // of a ruleset that `check` accepts
};

// An unknown name is an error that lists the known ones.
[[nodiscard]] base::Result<Dialect> find_dialect(std::string_view name);

// Finds, checks, renders.
[[nodiscard]] base::Result<std::string> render(const Ruleset& ruleset, std::string_view dialect);

}  // namespace firewall
