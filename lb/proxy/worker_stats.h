// WorkerStats: what one worker has counted, apart from its backends. Written by the worker, read by any thread.
#pragma once

#include <array>
#include <cstddef>
#include <vector>

#include "lb/proxy/close_reason.h"
#include "lib/base/counter.h"

namespace lb::proxy {

struct alignas(base::kCacheLine) ListenerCounters {
  base::Counter accepted;                           // connections taken from the listening socket, to be served
  base::Counter active;                             // sessions now
  base::Counter denied;                             // connections reset at once: their source may not connect
  base::Counter over_source_limit;                  // and those whose source has as many sessions as it may
  base::Counter retries;                            // further backends tried after one could not be reached
  base::Counter reused_sockets;                     // tries that had a socket of a former session
  base::Counter connect_hedges;                     // backends tried beside one that did not answer a SYN
  base::Counter first_flight_hedges;                // backends told a first flight beside one that did not answer it
  base::Counter hedge_wins;                         // of both, those that got the session
  base::Counter rebalanced;                         // sessions closed because their backend had too many
  base::Counter rebalance_wishes;                   // and those that a dry run would have closed
  base::Counter hedges_denied;                      // first flights for which the budget had nothing left
  std::array<base::Counter, kCloseReasons> closed;  // by CloseReason
};

struct alignas(base::kCacheLine) WorkerStats {
  explicit WorkerStats(std::size_t listeners) : by_listener(listeners) {}

  base::Counter active;                       // sessions now
  base::Counter pauses_for_descriptors;       // accepting paused: no descriptor or socket memory left
  base::Counter pauses_for_limit;             // accepting paused: maxConnections reached
  base::Counter pauses_for_listener_limit;    // one listener paused: its own maxConnections reached
  base::Counter small_pipes;                  // pipes for bulk that the system made smaller than wanted
  std::vector<ListenerCounters> by_listener;  // in the order of the daemon's listeners
};

}  // namespace lb::proxy
