// FirstSeen: finds values that come twice in a list, and says so at the second place. One thread.
#pragma once

#include <fmt/format.h>

#include <map>
#include <string>
#include <string_view>

#include "lib/cluster/findings.h"

namespace cluster {

template <class Value>
class FirstSeen {
 public:
  // `key` is how messages call the value.
  explicit FirstSeen(std::string_view key) : key_(key) {}

  // Values that could not be read are passed over.
  void check(const Value& value, std::string_view text, const std::string& path, Findings& findings) {
    if (!findings.sound(path)) return;
    const auto [first, is_new] = first_.try_emplace(value, findings.where(path).line);
    if (is_new) return;
    findings.error(path,
                   fmt::format("{}: '{}' is taken in line {} already; choose another", key_, text, first->second));
  }

 private:
  std::string_view key_;
  std::map<Value, int> first_;  // the line
};

}  // namespace cluster
