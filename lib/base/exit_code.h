// The exit codes of all three programs.
#pragma once

namespace base {

enum ExitCode : int {
  kExitOk = 0,
  kExitFailed = 1,  // something went wrong while running
  kExitUsage = 2,   // wrong command line or wrong configuration; nothing was started or changed
};

}  // namespace base
