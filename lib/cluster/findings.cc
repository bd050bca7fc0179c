#include "lib/cluster/findings.h"

#include <algorithm>
#include <tuple>

namespace cluster {
namespace {

// "spec.machines[2].name" -> "spec.machines[2]" -> "spec.machines" -> "spec" -> "".
std::string_view around(std::string_view path) {
  const auto separator = path.find_last_of(".[");
  return separator == std::string_view::npos ? std::string_view() : path.substr(0, separator);
}

}  // namespace

void Findings::warning(std::string_view path, std::string message) {
  const Position at = where(path);
  diagnostics_.push_back({at.line, at.column, std::move(message), Severity::kWarning});
}

void Findings::error_at(Position position, std::string message) {
  diagnostics_.push_back({position.line, position.column, std::move(message), Severity::kError});
}

void Findings::add(const Diagnostics& diagnostics) {
  diagnostics_.insert(diagnostics_.end(), diagnostics.begin(), diagnostics.end());
}

bool Findings::sound(std::string_view path) const {
  for (; !path.empty(); path = around(path)) {
    if (refused_.contains(path)) return false;
  }
  return !refused_.contains(path);
}

Position Findings::where(std::string_view path) const {
  while (true) {
    if (const auto found = places_.find(path); found != places_.end()) return found->second;
    if (path.empty()) return {1, 1};
    path = around(path);
  }
}

bool Findings::has_errors() const {
  return std::any_of(diagnostics_.begin(), diagnostics_.end(),
                     [](const Diagnostic& diagnostic) { return diagnostic.severity == Severity::kError; });
}

Diagnostics Findings::sorted() const {
  Diagnostics result = diagnostics_;
  std::stable_sort(result.begin(), result.end(), [](const Diagnostic& a, const Diagnostic& b) {
    return std::tie(a.line, a.column) < std::tie(b.line, b.column);
  });
  return result;
}

}  // namespace cluster
