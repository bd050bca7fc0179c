// Condition: what a backend is good for. Any thread; values only.
#pragma once

#include <array>
#include <cstdint>
#include <string_view>

namespace lb::backend {

enum class Condition : std::uint8_t {
  kUp,           // takes new sessions
  kDraining,     // keeps its sessions; new ones only where none is up
  kDown,         // cannot be reached; tried last
  kMaintenance,  // an operator's word: never picked
};
inline constexpr std::array kConditions{Condition::kUp, Condition::kDraining, Condition::kDown,
                                        Condition::kMaintenance};

[[nodiscard]] constexpr std::string_view to_string(Condition condition) noexcept {
  switch (condition) {
    case Condition::kUp:
      return "up";
    case Condition::kDraining:
      return "draining";
    case Condition::kDown:
      return "down";
    case Condition::kMaintenance:
      return "maintenance";
  }
  return {};  // no value of the enumeration comes here
}

}  // namespace lb::backend
