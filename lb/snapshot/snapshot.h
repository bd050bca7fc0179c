// Snapshot: everything a worker looks at to place a session. Built whole by control, never changed, shared by all
// workers; a worker swaps to the next one between two events.
#pragma once

#include <array>
#include <chrono>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "lb/backend/backend_state.h"
#include "lb/policy/policy.h"
#include "lib/cluster/cluster.h"

namespace lb::snapshot {

// The backends of one listener, and how one of them is picked.
struct Pool {
  std::vector<std::shared_ptr<backend::BackendState>> backends;  // BackendIndex counts these
  // Over those that are up, that drain, that are down; null where there is none of that kind that has weight.
  std::array<std::unique_ptr<const policy::Policy>, 3> tiers;
  cluster::Timeouts timeouts;
  std::chrono::milliseconds connect_deadline{};  // choosing and connecting, all tries together
  unsigned retries = 0;
  std::chrono::milliseconds hedge{0};       // 0: no backend is tried beside another
  std::chrono::milliseconds first_byte{0};  // 0: a backend may be silent for ever
  cluster::FirstFlight first_flight = cluster::FirstFlight::kNone;
  bool fail_open = false;  // no backend is up: the others are tried

  [[nodiscard]] backend::BackendState& at(policy::BackendIndex index) const noexcept {
    return *backends[static_cast<std::size_t>(index)];
  }
  // The best that is left: one that drains only when none that is up is left, one that is down only after those.
  [[nodiscard]] std::optional<policy::BackendIndex> pick(policy::PickContext& context) const noexcept {
    for (const auto& tier : tiers) {
      if (!tier) continue;
      if (const auto index = tier->pick(context)) return index;
    }
    return std::nullopt;
  }
};

struct Snapshot {
  std::uint64_t generation = 0;
  std::vector<Pool> pools;  // in the order of the daemon's listeners
  std::uint64_t max_connections = 0;
  // Backends of these pools whose sessions end when this snapshot is adopted, and only then.
  std::vector<const backend::BackendState*> cut;
};

}  // namespace lb::snapshot
