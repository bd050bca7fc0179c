// Command: a program to be run, with its arguments, and what its failure means. Plain values; any thread.
#pragma once

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <string>
#include <string_view>
#include <vector>

namespace firewall {

enum class OnFailure {
  kStop,  // the commands behind it are not run
  kGoOn,  // it tried to remove what may not be there
};

struct Command {
  std::vector<std::string> argv;
  OnFailure on_failure = OnFailure::kStop;

  friend bool operator==(const Command&, const Command&) = default;
};

// For comments in the text: "nft -c -f FILE", one behind the other.
[[nodiscard]] inline std::string to_text(const std::vector<Command>& commands, std::string_view between = "; ") {
  std::string text;
  for (const Command& command : commands) {
    if (!text.empty()) text += between;
    text += fmt::format("{}", fmt::join(command.argv, " "));
  }
  return text;
}

}  // namespace firewall
