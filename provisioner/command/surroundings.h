// Surroundings: what a command gets from outside: the host, the time, where to tell things, somebody to ask. References
// live as long as the program. One thread, but for `interrupted`.
#pragma once

#include <atomic>
#include <chrono>
#include <filesystem>
#include <functional>
#include <iosfwd>
#include <string>
#include <string_view>
#include <vector>

#include "lib/base/clock.h"
#include "lib/base/exit_code.h"
#include "provisioner/plan/world.h"
#include "provisioner/step/host.h"

namespace provisioner::command {

struct Streams {
  std::ostream& out;             // what was asked for
  std::ostream& err;             // what went wrong, progress
  bool err_is_terminal = false;  // progress is shown as live lines
  unsigned width = 80;           // of that terminal, columns
};

struct Surroundings {
  step::Host& host;
  Streams streams;
  const base::Clock& clock;
  const std::atomic<bool>& interrupted;  // by SIGINT or SIGTERM: no further step begins
  plan::WorldOptions world{};
  unsigned threads = 1;  // machines at a time
  bool is_root = false;
  // Asks a person, and is true for a yes; empty: nobody is there.
  std::function<bool(std::string_view question)> ask{};
  // Becomes another program, and comes back only where that fails.
  std::function<base::ExitCode(const std::vector<std::string>& argv)> become{};
};

}  // namespace provisioner::command
