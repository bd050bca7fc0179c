// Diagnostic: one thing to say about a place of cluster.yaml. Plain values; any thread.
#pragma once

#include <compare>
#include <string>
#include <string_view>
#include <vector>

namespace cluster {

// Lines and columns start at 1; a column counts bytes. Line 0 means the file as a whole.
struct Position {
  int line = 0;
  int column = 0;

  friend auto operator<=>(const Position&, const Position&) = default;
};

enum class Severity { kError, kWarning };  // an error refuses the file, a warning does not

struct Diagnostic {
  int line = 0;
  int column = 0;
  std::string message;  // what, why, what to do; where line is 0 it also names the file
  Severity severity = Severity::kError;

  friend bool operator==(const Diagnostic&, const Diagnostic&) = default;
};

// In the order of the file.
using Diagnostics = std::vector<Diagnostic>;

// "cluster.yaml:14:7: unknown key 'wieght' (did you mean 'weight'?)", a line each, each ended by a newline; a warning
// has "warning: " before its message. Control characters, which a message may quote from the file, come out as \x1b.
[[nodiscard]] std::string to_text(const Diagnostics& diagnostics, std::string_view file_name);

}  // namespace cluster
