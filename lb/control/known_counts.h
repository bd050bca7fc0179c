// What has been counted of listeners and backends, as JSON, for the process that comes after this one, which goes on
// counting from there. A process that has handed over counts on as long as it has sessions, and tells it again and
// again; only what is new is added. Control loop's thread only.
#pragma once

#include <nlohmann/json_fwd.hpp>
#include <vector>

#include "lb/control/controller.h"

namespace lb::control {

[[nodiscard]] nlohmann::json known_counts(const Controller& controller);

// Adds what `now` has more than `before` has, which is null at first.
void add_counts(const nlohmann::json& now, const nlohmann::json& before, const Controller& controller);

// Sessions that other processes have open hold their backends too: all that these have told last, and no others.
void hold_open_sessions(const std::vector<const nlohmann::json*>& told, const Controller& controller);

// The process that told this last has gone: what it had open then has ended.
void end_open_sessions(const nlohmann::json& last, const Controller& controller);

}  // namespace lb::control
