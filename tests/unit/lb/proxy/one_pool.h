// The smallest snapshot that serves: one listener, whose id is 0, with one backend.
#pragma once

#include <memory>
#include <utility>
#include <vector>

#include "lb/policy/make_policy.h"
#include "lb/snapshot/snapshot.h"

namespace lb::proxy {

// With rows for two workers.
inline std::shared_ptr<backend::BackendState> backend_at(const base::SocketAddress& address) {
  return std::make_shared<backend::BackendState>("b", address, 2);
}

inline snapshot::Pool pool_of(const std::shared_ptr<backend::BackendState>& backend, std::uint64_t listener = 0) {
  snapshot::Pool pool;
  pool.listener = listener;
  pool.backends = {backend};
  const std::vector<std::uint32_t> weights{1};
  pool.tiers.front() = policy::make_policy(cluster::PolicyKind::kWeightedRandom, weights, {});
  pool.connect_deadline = std::chrono::milliseconds{6000};
  return pool;
}

inline std::shared_ptr<const snapshot::Snapshot> one_pool(const std::shared_ptr<backend::BackendState>& backend,
                                                          std::uint64_t max_connections = 1000,
                                                          std::vector<const backend::BackendState*> cut = {}) {
  auto snapshot = std::make_shared<snapshot::Snapshot>();
  snapshot->max_connections = max_connections;
  snapshot->cut = std::move(cut);
  snapshot->pools.push_back(pool_of(backend));
  return snapshot;
}

}  // namespace lb::proxy
