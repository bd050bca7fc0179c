// ReloadStatus: how the last reload went. A value.
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>

namespace lb::control {

struct ReloadStatus {
  bool last_successful = true;
  std::optional<std::chrono::system_clock::time_point> last;  // unset: there was none yet
  std::chrono::system_clock::time_point last_success;         // or the start
  std::uint64_t generation = 1;                               // of the file: one more with each that was taken
  std::string message;                                        // what has changed, or why it was refused
};

}  // namespace lb::control
