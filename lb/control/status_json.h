// What the daemon knows of itself, as JSON (docs/admin_api.md). Sums the workers' counts when it is asked. Control
// loop's thread only.
#pragma once

#include <chrono>
#include <cstdint>
#include <string>

#include "lb/control/controller.h"
#include "lb/control/json_answer.h"
#include "lb/control/reload_status.h"
#include "lib/base/clock.h"
#include "lib/base/wall_time.h"

namespace lb::control {

// What is not the controller's.
struct DaemonFacts {
  std::string version{};
  std::size_t workers = 0;
  std::uint64_t old_processes = 0;  // that still end their sessions after an upgrade
  std::uint64_t active = 0;         // sessions now
  std::uint64_t limit = 0;          // and at most
  bool ready = true;
  bool shutting_down = false;
  ReloadStatus reload{};
  base::WallTime wall{};  // the same moment as `now`
  base::SteadyTime now{};
  base::SteadyTime started{};
};

[[nodiscard]] Json status_json(const Controller& controller, const DaemonFacts& facts);
// Every backend, with the listener that it belongs to.
[[nodiscard]] Json backends_json(const Controller& controller, base::SteadyTime now);
[[nodiscard]] Json backend_json(const Controller& controller, BackendId id, base::SteadyTime now);

}  // namespace lb::control
