// Snapshot: everything a worker looks at to place a session. Built whole by control, never changed, shared by all
// workers; a worker swaps to the next one between two events.
#pragma once

#include <chrono>
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "lb/backend/backend_state.h"
#include "lb/policy/policy.h"
#include "lib/cluster/cluster.h"

namespace lb::snapshot {

// The backends of one listener, and how one of them is picked.
struct Pool {
  std::vector<std::shared_ptr<backend::BackendState>> backends;  // BackendIndex counts these
  std::unique_ptr<const policy::Policy> policy;
  cluster::Timeouts timeouts;
  std::chrono::milliseconds connect_deadline{};  // choosing and connecting, all tries together
  unsigned retries = 0;
  std::chrono::milliseconds hedge{0};       // 0: no backend is tried beside another
  std::chrono::milliseconds first_byte{0};  // 0: a backend may be silent for ever
  cluster::FirstFlight first_flight = cluster::FirstFlight::kNone;
  bool fail_open = false;  // no backend is up: all are tried

  [[nodiscard]] backend::BackendState& at(policy::BackendIndex index) const noexcept {
    return *backends[static_cast<std::size_t>(index)];
  }
};

struct Snapshot {
  std::uint64_t generation = 0;
  std::vector<Pool> pools;  // in the order of the daemon's listeners
  std::uint64_t max_connections = 0;
};

}  // namespace lb::snapshot
