// Snapshot: everything a worker looks at to place a session. Built whole by control, never changed, shared by all
// workers; a worker swaps to the next one between two events.
#pragma once

#include <algorithm>
#include <array>
#include <chrono>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "lb/backend/backend_state.h"
#include "lb/policy/policy.h"
#include "lb/source/sources.h"
#include "lib/cluster/cluster.h"

namespace lb::snapshot {

// The backends of one listener, and how one of them is picked.
struct Pool {
  std::uint64_t listener = 0;  // whose pool it is: an id that no other listener of the daemon ever has
  std::vector<std::shared_ptr<backend::BackendState>> backends;  // BackendIndex counts these
  // Over those that are up, that drain, that are down; null where there is none of that kind that has weight.
  std::array<std::unique_ptr<const policy::Policy>, 3> tiers;
  // Of the backends in the first tier that there is, with what slow start leaves of them; the others have 0.
  std::vector<std::uint32_t> weights{};
  // Where the listener is sticky: the backends of that tier, by their keys.
  std::vector<std::pair<std::uint64_t, policy::BackendIndex>> best{};
  source::Sources sources{};
  std::uint64_t max_connections = 0;  // of the listener; 0: as many as come
  cluster::Timeouts timeouts;
  std::chrono::milliseconds connect_deadline{};  // choosing and connecting, all tries together
  unsigned retries = 0;
  std::chrono::milliseconds hedge{0};               // 0: no backend is tried beside another
  std::chrono::milliseconds relayed_first_byte{0};  // the same, of sessions that were not asked by their first flight
  std::chrono::milliseconds first_byte{0};          // 0: a backend may be silent for ever
  cluster::FirstFlight first_flight = cluster::FirstFlight::kNone;
  bool fail_open = false;  // no backend is up: the others are tried

  [[nodiscard]] backend::BackendState& at(policy::BackendIndex index) const noexcept {
    return *backends[static_cast<std::size_t>(index)];
  }
  // Where the listener is sticky: the backend with this key, if it has weight and none is healthier.
  [[nodiscard]] std::optional<policy::BackendIndex> among_the_best(std::uint64_t key) const noexcept {
    const auto found = std::ranges::lower_bound(best, key, {}, &std::pair<std::uint64_t, policy::BackendIndex>::first);
    if (found == best.end() || found->first != key) return std::nullopt;
    return found->second;
  }
};

struct Snapshot {
  std::uint64_t generation = 0;
  std::vector<Pool> pools;  // one a listener
  std::uint64_t max_connections = 0;
  // Backends of these pools whose sessions end when this snapshot is adopted, and only then.
  std::vector<const backend::BackendState*> cut;
};

}  // namespace lb::snapshot
