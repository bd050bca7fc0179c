// Findings: what one reading of cluster.yaml found out beside the values: where each of them stands, and what is wrong.
// Places are named by paths, "spec.machines[2].address"; the file's top is "". One thread.
#pragma once

#include <functional>
#include <map>
#include <set>
#include <string>
#include <string_view>
#include <utility>

#include "lib/cluster/diagnostic.h"

namespace cluster {

class Findings {
 public:
  void place(const std::string& path, Position position) { places_.insert_or_assign(path, position); }
  // The value at the path cannot be used, for a reason that is reported: rules shall not judge what stands for it.
  void refuse(const std::string& path) { refused_.insert(path); }

  // At the path's value or, where the file does not hold it, at the nearest thing around it.
  void error(std::string_view path, std::string message) { error_at(where(path), std::move(message)); }
  void warning(std::string_view path, std::string message);
  // At a place that is not a value's own: a key, say.
  void error_at(Position position, std::string message);
  void add(const Diagnostics& diagnostics);

  // Does the file hold a value at this path?
  [[nodiscard]] bool given(std::string_view path) const { return places_.contains(path); }
  // Neither the value nor anything around it was refused.
  [[nodiscard]] bool sound(std::string_view path) const;
  // Both: here is a value of the file that a rule may judge.
  [[nodiscard]] bool readable(std::string_view path) const { return given(path) && sound(path); }
  [[nodiscard]] Position where(std::string_view path) const;
  [[nodiscard]] bool has_errors() const;

  // All that was said, in the order of the file.
  [[nodiscard]] Diagnostics sorted() const;

 private:
  std::map<std::string, Position, std::less<>> places_;
  std::set<std::string, std::less<>> refused_;
  Diagnostics diagnostics_;
};

}  // namespace cluster
