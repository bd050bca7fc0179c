// The command line of keepstate-provisioner. One thread.
#pragma once

#include <string>
#include <vector>

#include "provisioner/command/surroundings.h"

namespace provisioner {

// Reads the arguments (without the program's name) and does what they say; the result is the program's exit code.
[[nodiscard]] base::ExitCode run(const std::vector<std::string>& arguments, const command::Surroundings& surroundings);

}  // namespace provisioner
