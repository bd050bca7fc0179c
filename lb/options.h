// The command line of keepstate-lb, as values. Nothing is run here.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "lb/client/orders.h"
#include "lib/base/log.h"

namespace lb {

struct Options {
  enum class Command { kRun, kCheck, kRuleset, kDoctor, kClient };  // kClient: what talks to a running daemon
  Command command = Command::kRun;
  std::vector<std::string> command_line;  // as it was typed, to start the program anew
  std::string file;                       // -c; empty when --listen is given
  std::string listen;
  std::vector<std::string> backends;
  std::string policy = "weighted-random";
  std::optional<std::string> workers;  // a number or "auto"
  std::optional<std::string> admin;    // an address, or "none"
  std::optional<std::string> socket;   // a path, or "none"
  std::string pid_file;                // "": none
  base::Log::Level log_level = base::Log::Level::kInfo;
  std::string format = "ipfw";
  bool json = false;
  client::ClientOptions client;  // of kClient, which looks at nothing else
};

// What main is to do: carry out the options, or print a text and leave.
struct ParsedOptions {
  std::optional<Options> options;
  int exit_code = 0;
  std::string text;  // for standard output when exit_code is 0, else for standard error
};

[[nodiscard]] ParsedOptions parse_options(int argc, const char* const* argv);

}  // namespace lb
