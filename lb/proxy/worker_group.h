// WorkerGroup: all workers of the daemon, their threads and their listening sockets. Control thread only; what the
// workers count may be read at any time.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <thread>
#include <vector>

#include "lb/net/descriptor_limit.h"
#include "lb/proxy/worker.h"
#include "lb/proxy/worker_stats.h"
#include "lb/snapshot/snapshot.h"
#include "lib/base/clock.h"
#include "lib/base/log.h"
#include "lib/base/result.h"
#include "lib/base/socket_address.h"

namespace lb::proxy {

class WorkerGroup {
 public:
  struct Setup {
    unsigned workers = 1;
    std::uint64_t seed = 0;                              // of the workers' random numbers
    std::size_t kept_sockets = net::kMostKeptSockets;    // toward backends, a worker: see net/socket_pool
    std::vector<base::SocketAddress> listeners;          // in the order of the snapshot's pools
    std::shared_ptr<const snapshot::Snapshot> snapshot;  // the first one
  };

  // Listens on every address and starts the threads; clients are served when this returns. `clock` and `log` outlive
  // the group.
  [[nodiscard]] static base::Result<std::unique_ptr<WorkerGroup>> start(const Setup& setup, const base::Clock& clock,
                                                                        const base::Log& log);
  // Stops the threads; sessions that still live are cut.
  ~WorkerGroup();
  WorkerGroup(const WorkerGroup&) = delete;
  WorkerGroup& operator=(const WorkerGroup&) = delete;

  // Where the listeners really listen (a port 0 has become a number).
  [[nodiscard]] const std::vector<base::SocketAddress>& addresses() const noexcept { return addresses_; }
  // A row a worker.
  [[nodiscard]] const std::vector<std::unique_ptr<WorkerStats>>& stats() const noexcept { return stats_; }

  void publish(const std::shared_ptr<const snapshot::Snapshot>& snapshot);
  // Nobody is accepted any more; `done` is called once, on some worker's thread, when the last session has ended.
  void drain(std::function<void()> done);
  void abort_sessions();
  // As Worker::close_surplus.
  void close_surplus(std::size_t worker, const SurplusOrder& order);

 private:
  WorkerGroup() = default;

  std::vector<base::SocketAddress> addresses_;
  std::vector<std::unique_ptr<WorkerStats>> stats_;
  std::vector<std::unique_ptr<Worker>> workers_;
  std::vector<std::thread> threads_;
};

}  // namespace lb::proxy
