#include <csignal>
#include <cstdio>
#include <exception>

#include "lb/commands.h"
#include "lb/options.h"
#include "lib/base/exit_code.h"

int main(int argc, char** argv) {
  // Whoever rotates the access log tells every process of this name, one that begins and a command as well; who serves
  // takes the signal himself.
  static_cast<void>(std::signal(SIGUSR1, SIG_IGN));
  try {
    const lb::ParsedOptions parsed = lb::parse_options(argc, argv);
    if (parsed.options) return lb::run_command(*parsed.options);
    std::fputs(parsed.text.c_str(), parsed.exit_code == base::kExitOk ? stdout : stderr);
    return parsed.exit_code;
  } catch (const std::exception& error) {
    std::fprintf(stderr, "keepstate-lb: %s\n", error.what());
    return base::kExitFailed;
  }
}
