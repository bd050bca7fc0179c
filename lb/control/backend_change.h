// BackendChange: what an operator wants of one backend, read from the body of a PATCH. Control loop's thread only.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "lb/backend/condition.h"
#include "lb/control/controller.h"
#include "lib/base/result.h"

namespace lb::control {

struct BackendChange {
  // Of each: unset where it is to stay as it is; the inner one unset where the file, respectively the checks, are to
  // count again.
  std::optional<std::optional<std::uint32_t>> weight{};
  std::optional<std::optional<backend::Condition>> state{};
  std::string reason{};
};

// {"weight": 0..65535 or null, "state": "drain", "maintenance" or "up", "reason": "..."}: any of them but none, and a
// reason only with a state. Whatever else stands there is an error that tells what may.
[[nodiscard]] base::Result<BackendChange> parse_backend_change(std::string_view body);

// Tells the controller, which publishes.
void apply(Controller& controller, BackendId id, const BackendChange& change);

}  // namespace lb::control
