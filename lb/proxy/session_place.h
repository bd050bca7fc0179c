// SessionPlace: what the sessions of one listener on one worker work with. Outlives them; `pool` changes when a
// snapshot is adopted. Worker's thread only.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "lb/net/deadline_wheel.h"
#include "lb/net/event_loop.h"
#include "lb/net/socket_pool.h"
#include "lb/net/spare_descriptor.h"
#include "lb/proxy/hedge_budget.h"
#include "lb/proxy/relay.h"
#include "lb/proxy/worker_stats.h"
#include "lb/snapshot/snapshot.h"
#include "lib/base/random.h"

namespace lb::proxy {

class Session;

// Told once, as the session's very last act; it is to destroy the session.
class SessionOwner {
 public:
  virtual void on_closed(Session& session) noexcept = 0;

 protected:
  ~SessionOwner() = default;
};

struct SessionPlace {
  net::EventLoop& loop;
  net::DeadlineWheel& wheel;
  RelayResources& relay;
  net::SocketPool& sockets;
  net::SpareDescriptor& spare;
  base::Random& random;
  ListenerCounters& counters;
  SessionOwner& owner;
  std::size_t worker;
  std::size_t listener;
  const snapshot::Pool* pool;
  bool keeps_races;                              // for the log
  HedgeBudget hedge_budget;                      // of first flights
  std::uint32_t cursor = 0;                      // of the policy
  std::vector<policy::BackendIndex> excluded{};  // from one choice; kept for its room
};

}  // namespace lb::proxy
