// WorkerGroup: all workers of the daemon, their threads and their listening sockets. Control thread only; what the
// workers count may be read at any time.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <thread>
#include <vector>

#include "lb/access_log/writer.h"
#include "lb/net/descriptor_limit.h"
#include "lb/proxy/worker.h"
#include "lb/proxy/worker_stats.h"
#include "lb/snapshot/snapshot.h"
#include "lib/base/clock.h"
#include "lib/base/log.h"
#include "lib/base/unique_fd.h"

namespace lb::proxy {

class WorkerGroup {
 public:
  // A listener and the sockets that its clients come to, which are dealt out to the workers.
  struct Opened {
    std::shared_ptr<ListenerState> listener;
    std::vector<base::UniqueFd> sockets;
  };
  struct Setup {
    unsigned workers = 1;
    std::uint64_t seed = 0;                            // of the workers' random numbers
    std::size_t kept_sockets = net::kMostKeptSockets;  // toward backends, a worker: see net/socket_pool
    access_log::Writer* access_log = nullptr;          // null: none; outlives the group
  };

  // `clock` and `log` outlive the group.
  WorkerGroup(const Setup& setup, const base::Clock& clock, const base::Log& log);
  // Starts the threads; clients are served when this returns. Once, and before all that follows; a listener for each of
  // the snapshot's pools.
  void start(std::vector<Opened> listeners, const std::shared_ptr<const snapshot::Snapshot>& snapshot);
  // Stops the threads; sessions that still live are cut.
  ~WorkerGroup();
  WorkerGroup(const WorkerGroup&) = delete;
  WorkerGroup& operator=(const WorkerGroup&) = delete;

  // A row a worker.
  [[nodiscard]] const std::vector<std::unique_ptr<WorkerStats>>& stats() const noexcept { return stats_; }

  // `opened` are the listeners that this snapshot is the first to name; those that it does not name are closed.
  // `adopted` is called once, on some worker's thread, when all workers work by the snapshot.
  void publish(const std::shared_ptr<const snapshot::Snapshot>& snapshot, std::vector<Opened> opened = {},
               std::function<void()> adopted = {});
  // Nobody is accepted any more. Each is called once, on some worker's thread: `closed` when that is so, `done` when
  // the last session has ended.
  void drain(std::function<void()> closed, std::function<void()> done);
  // At most so many, each worker the part that it has of them, rounded up.
  void abort_sessions(std::size_t most = SIZE_MAX);
  // Calls `done` once, on some worker's thread, when each has told its longest sessions, at most so many each.
  void list_sessions(std::size_t most, const std::function<void(std::vector<SessionInfo>)>& done);
  // As Worker::close_surplus.
  void close_surplus(std::size_t worker, const SurplusOrder& order);

 private:
  Setup setup_;
  const base::Clock& clock_;
  const base::Log& log_;
  std::vector<std::unique_ptr<WorkerStats>> stats_;
  std::vector<std::unique_ptr<Worker>> workers_;
  std::vector<std::thread> threads_;
};

}  // namespace lb::proxy
