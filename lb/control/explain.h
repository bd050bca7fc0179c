// Which backend a new session of a client would get, and why. Changes nothing: no table, no count, no worker's turn.
// Control loop's thread only.
#pragma once

#include "lb/control/controller.h"
#include "lb/control/json_answer.h"
#include "lib/base/ip_address.h"

namespace lb::control {

// docs/admin_api.md shows it.
[[nodiscard]] Json explain_json(const Controller& controller, std::size_t listener, const base::IpAddress& client,
                                base::SteadyTime now);

// What the sticky tables know of the client, a row for each listener that has one.
[[nodiscard]] Json sticky_json(const Controller& controller, const base::IpAddress& client, base::SteadyTime now);

}  // namespace lb::control
