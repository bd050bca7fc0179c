// The command line of keepstate-provisioner. One thread.
#pragma once

#include <iosfwd>

#include "lib/base/exit_code.h"

namespace provisioner {

// Reads the arguments and does what they say. Results go to `out`, complaints to `err`; the result is the exit code.
[[nodiscard]] base::ExitCode run_command_line(int argc, const char* const* argv, std::ostream& out, std::ostream& err);

}  // namespace provisioner
