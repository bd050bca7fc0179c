// SessionPlace: what the sessions of one listener on one worker work with. Outlives them; `pool` changes when a
// snapshot is adopted. Worker's thread only.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>
#include <vector>

#include "lb/net/deadline_wheel.h"
#include "lb/net/event_loop.h"
#include "lb/net/socket_pool.h"
#include "lb/net/spare_descriptor.h"
#include "lb/proxy/hedge_budget.h"
#include "lb/proxy/listener_state.h"
#include "lb/proxy/relay.h"
#include "lb/snapshot/snapshot.h"
#include "lib/base/clock.h"
#include "lib/base/random.h"

namespace lb::proxy {

class Journal;
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
  const base::Clock& clock;  // for what is measured finer than the wheel's ticks
  Journal* journal;          // null: no log shows sessions
  std::size_t worker;
  std::uint64_t listener;  // its id
  std::string_view name;   // and its name
  const snapshot::Pool* pool;
  HedgeBudget hedge_budget;                      // of first flights
  std::uint32_t cursor = 0;                      // of the policy
  bool full = false;                             // accepting is paused for the limit of the listener itself
  std::vector<policy::BackendIndex> excluded{};  // from one choice; kept for its room
};

}  // namespace lb::proxy
