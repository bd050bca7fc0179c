// Sessions as JSON, the longest first. Pure; any thread.
#pragma once

#include <vector>

#include "lb/control/controller.h"
#include "lb/control/json_answer.h"
#include "lb/proxy/session_info.h"

namespace lb::control {

// At most `most` of them; `total` is how many there are.
[[nodiscard]] Json sessions_json(std::vector<proxy::SessionInfo> sessions, const std::vector<ListenerView>& listeners,
                                 std::size_t most, std::uint64_t total);

}  // namespace lb::control
