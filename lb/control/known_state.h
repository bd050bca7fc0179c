// What the daemon knows of its listeners and backends, as JSON, for the process that comes after it: health, the
// operator's words, ejections, counts, the backends that clients are used to. Listeners and backends are found again by
// name and address; who is not found is passed over, and so is what a text of another version has not. Control loop's
// thread only.
#pragma once

#include <chrono>
#include <nlohmann/json_fwd.hpp>

#include "lb/control/controller.h"
#include "lb/control/passive_checker.h"
#include "lib/base/clock.h"

namespace lb::control {

[[nodiscard]] nlohmann::json known_state(const Controller& controller, const PassiveChecker& passive_checker,
                                         base::SteadyTime now);

// Before anybody works by a snapshot of this controller; it publishes what follows.
void recall(const nlohmann::json& state, Controller& controller, base::SteadyTime now);
// The rest, once there is one: for how long backends are out.
void recall_ejections(const nlohmann::json& state, const Controller& controller, PassiveChecker& passive_checker);

// Clients that have sessions open here, added to what known_counts() told; and what a process makes of that which it
// hears of another: they are not forgotten, if it is told within each held_interval().
void add_held(nlohmann::json& counts, const Controller& controller, base::SteadyTime now);
void refresh_held(const nlohmann::json& counts, const Controller& controller, base::SteadyTime now);
[[nodiscard]] std::chrono::milliseconds held_interval(const Controller& controller);

}  // namespace lb::control
