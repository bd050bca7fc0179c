// What control knows -> Snapshot. Pure.
#pragma once

#include <cstdint>
#include <memory>
#include <vector>

#include "lb/backend/condition.h"
#include "lb/snapshot/snapshot.h"
#include "lib/cluster/cluster.h"

namespace lb::snapshot {

// One listener as control sees it. `states`, `conditions` and `shares` run beside `listener.backends`.
struct ListenerView {
  const cluster::Listener& listener;
  std::uint64_t id = 0;
  std::vector<std::shared_ptr<backend::BackendState>> states;
  std::vector<backend::Condition> conditions;
  std::vector<std::uint32_t> shares{};  // of their weights, in percent; empty: all have all (slow_start.h)
  source::Sources sources{};            // handed on from snapshot to snapshot
};

// Backends that are up share the new sessions by their weights. Those that drain, and after them those that are down,
// take part when none that is up is left (fail open): a wrong check must not take the whole service down. Who is in
// maintenance takes no part at all. `cut` are backends of these listeners whose sessions end now.
[[nodiscard]] std::shared_ptr<const Snapshot> build_snapshot(std::uint64_t generation,
                                                             const std::vector<ListenerView>& listeners,
                                                             std::uint64_t max_connections,
                                                             std::vector<const backend::BackendState*> cut = {});

}  // namespace lb::snapshot
