// Dialect: a language that a Ruleset can be written in, found by its name, and the programs that take it. Any thread.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "lib/base/result.h"
#include "lib/firewall/command.h"
#include "lib/firewall/ruleset.h"

namespace firewall {

struct Dialect {
  std::string_view name;
  base::Result<void> (*check)(const Ruleset&);  // can this dialect say it, and say it exactly?
  std::string (*render)(const Ruleset&);        // of a ruleset that `check` accepts

  // Programs that are run in turn, as root; `file` holds what render() gave, and is its whole path (ipfw takes any
  // other word for a command).
  std::vector<Command> (*check_argv)(const Ruleset&, const std::string& file);  // changes nothing
  // Replaces what stands there under the ruleset's name, and touches nothing else.
  std::vector<Command> (*apply_argv)(const Ruleset&, const std::string& file);
  // Takes away what apply made, and nothing else; what is not there is no error.
  std::vector<Command> (*remove_argv)(const Ruleset&);
};

// An unknown name is an error that lists the known ones.
[[nodiscard]] base::Result<Dialect> find_dialect(std::string_view name);

// Finds, checks, renders.
[[nodiscard]] base::Result<std::string> render(const Ruleset& ruleset, std::string_view dialect);

}  // namespace firewall
