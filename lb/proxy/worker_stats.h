// WorkerStats: what one worker has counted, apart from its listeners and backends. Written by the worker, read by any
// thread.
#pragma once

#include "lb/net/pipe_pool.h"
#include "lib/base/counter.h"

namespace lb::proxy {

struct alignas(base::kCacheLine) WorkerStats {
  base::Counter active;                     // sessions now
  base::Counter pauses_for_descriptors;     // accepting paused: no descriptor or socket memory left
  base::Counter pauses_for_limit;           // accepting paused: maxConnections reached
  base::Counter pauses_for_listener_limit;  // one listener paused: its own maxConnections reached
  net::PipeCounts pipes;                    // for bulk
  base::Gauge loop_lag;                     // of its loop, in nanoseconds
  base::Gauge loop_beat;                    // when that was looked at last; net::lag_at() wants both
};

}  // namespace lb::proxy
