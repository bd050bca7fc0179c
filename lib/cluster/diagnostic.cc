#include "lib/cluster/diagnostic.h"

#include <fmt/format.h>

#include <iterator>

namespace cluster {
namespace {

// A terminal must not obey what a file says.
std::string without_control_characters(std::string_view text) {
  std::string clean;
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    if (byte < 0x20 || byte == 0x7f) {
      fmt::format_to(std::back_inserter(clean), "\\x{:02x}", byte);
    } else {
      clean += c;
    }
  }
  return clean;
}

}  // namespace

std::string to_text(const Diagnostics& diagnostics, std::string_view file_name) {
  std::string text;
  for (const Diagnostic& diagnostic : diagnostics) {
    if (diagnostic.line > 0) text += fmt::format("{}:{}:{}: ", file_name, diagnostic.line, diagnostic.column);
    if (diagnostic.severity == Severity::kWarning) text += "warning: ";
    text += without_control_characters(diagnostic.message) + "\n";
  }
  return text;
}

}  // namespace cluster
