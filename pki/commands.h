// The command line of keepstate-pki: which commands there are, and what a misspelt one was meant to be. One thread.
#pragma once

#include <string>
#include <vector>

#include "pki/command/surroundings.h"

namespace pki {

// `arguments` without the program's name. Reads them, runs the command and gives the program's exit code.
[[nodiscard]] base::ExitCode run(const std::vector<std::string>& arguments, const command::Surroundings& surroundings);

}  // namespace pki
