// one_line: what a program or a machine has said may hold anything; neither a terminal nor a table may take any of it
// for its own. Pure; any thread.
#pragma once

#include <algorithm>
#include <string>
#include <string_view>

namespace provisioner::step {

// Control characters, line breaks among them, become spaces.
[[nodiscard]] inline std::string one_line(std::string_view text) {
  std::string line(text);
  std::replace_if(
      line.begin(), line.end(), [](unsigned char c) { return c < 0x20 || c == 0x7f; }, ' ');
  return line;
}

}  // namespace provisioner::step
