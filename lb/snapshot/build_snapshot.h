// What control knows -> Snapshot. Pure.
#pragma once

#include <cstdint>
#include <memory>
#include <vector>

#include "lb/snapshot/snapshot.h"
#include "lib/cluster/cluster.h"

namespace lb::snapshot {

// One listener as control sees it. `states` and `up` run beside `listener.backends`.
struct ListenerView {
  const cluster::Listener& listener;
  std::vector<std::shared_ptr<backend::BackendState>> states;
  std::vector<bool> up;
};

// A backend that is down gets no share. When none that may be picked is up, health is ignored and every backend of
// positive weight takes part (fail open): a wrong check must not take the whole service down.
[[nodiscard]] std::shared_ptr<const Snapshot> build_snapshot(std::uint64_t generation,
                                                             const std::vector<ListenerView>& listeners,
                                                             std::uint64_t max_connections);

}  // namespace lb::snapshot
