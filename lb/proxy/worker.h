// Worker: one event loop with its own listening sockets, sessions and random numbers. It admits clients, owns their
// sessions and holds the current snapshot; it shares nothing with the other workers but counters they may read.
//
// run() is the worker's thread; publish(), drain(), close_surplus() and abort_sessions() may be called by any other;
// the constructor and the destructor run while the thread does not.
//
// A listener comes with the first snapshot that names it, and brings its sockets. When a snapshot does not name it any
// more, those are closed, and its sessions go on as they were until they end.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <span>
#include <unordered_map>
#include <vector>

#include "lb/net/deadline_wheel.h"
#include "lb/net/descriptor_limit.h"
#include "lb/net/event_loop.h"
#include "lb/net/listen_socket.h"
#include "lb/net/loop_lag.h"
#include "lb/net/mailbox.h"
#include "lb/net/spare_descriptor.h"
#include "lb/net/timer.h"
#include "lb/proxy/journal.h"
#include "lb/proxy/listener_state.h"
#include "lb/proxy/relay.h"
#include "lb/proxy/session.h"
#include "lb/proxy/session_info.h"
#include "lb/proxy/session_samples.h"
#include "lb/proxy/worker_stats.h"
#include "lb/snapshot/snapshot.h"
#include "lb/source/visit.h"
#include "lib/base/clock.h"
#include "lib/base/counter.h"
#include "lib/base/ip_address.h"
#include "lib/base/log.h"
#include "lib/base/random.h"
#include "lib/base/slab.h"

namespace lb::proxy {

// A listener that begins on a worker, and the sockets on which that worker takes its clients. Several, where another
// worker's have come to it; none, where there are fewer than workers.
struct NewDoor {
  std::shared_ptr<ListenerState> listener;
  std::vector<base::UniqueFd> sockets;
};

// What a worker is made with.
struct WorkerSetup {
  std::size_t index = 0;  // its row in every BackendState and ListenerState and in `all_stats`
  std::uint64_t seed = 0;
  std::size_t kept_sockets = net::kMostKeptSockets;  // toward backends, see net/socket_pool; 0: none is used again
  std::vector<NewDoor> doors;                        // one for each of the snapshot's pools
  std::shared_ptr<const snapshot::Snapshot> snapshot;
  Journal::Settings journal{};
};

class Worker final : private SessionOwner {
 public:
  // `all_stats` has a row for every worker of the daemon and outlives them; this one writes row setup.index.
  Worker(WorkerSetup setup, std::span<const std::unique_ptr<WorkerStats>> all_stats, const base::Clock& clock,
         const base::Log& log);
  ~Worker();

  // Returns after stop().
  void run() noexcept;

  // `doors` are of the listeners that the snapshot is the first to name. `adopted` is called on this worker's thread
  // when it works by the snapshot.
  void publish(std::shared_ptr<const snapshot::Snapshot> snapshot, std::vector<NewDoor> doors = {},
               std::function<void()> adopted = {});
  // Accepts those who wait already and closes the listening sockets; calls, on this worker's thread, `closed` then and
  // `done` when the last session has ended.
  void drain(std::function<void()> closed, std::function<void()> done);
  // At most so many.
  void abort_sessions(std::size_t most = SIZE_MAX);
  // Closes sessions that a backend has too many, and samples them all for the next time.
  void close_surplus(const SurplusOrder& order);
  // Calls `done` on this worker's thread with its longest sessions, at most so many.
  void list_sessions(std::size_t most, std::function<void(std::vector<SessionInfo>)> done);
  void stop();

 private:
  class Door;  // one listener here: its sockets, and the place of its sessions

  void on_closed(Session& session) noexcept override;
  [[nodiscard]] Door* door_of(std::uint64_t listener) noexcept;
  void sample_sessions(Door& door);
  void carry_out(const SurplusOrder& order);
  void admit(net::Accepted accepted, SessionPlace& place) noexcept;
  [[nodiscard]] base::Counter* refusal_of(const base::IpAddress& client, const SessionPlace& place) noexcept;
  void begin_session(net::Accepted accepted, SessionPlace& place) noexcept;
  void adopt(std::shared_ptr<const snapshot::Snapshot> snapshot) noexcept;
  void open_doors(std::vector<NewDoor> doors);
  void cut_sessions() noexcept;  // of the snapshot's `cut`
  void forget_unused_snapshots() noexcept;
  [[nodiscard]] bool in_use(const snapshot::Snapshot& snapshot) const noexcept;

  void look_at_queues() noexcept;

  [[nodiscard]] bool at_limit() const noexcept;
  void pause_accepting(base::Counter& why) noexcept;
  [[nodiscard]] bool restore_spare() noexcept;
  void resume_accepting() noexcept;
  void report_if_drained() noexcept;

  std::size_t index_;
  std::span<const std::unique_ptr<WorkerStats>> all_stats_;
  WorkerStats& stats_;
  const base::Clock& clock_;
  base::Random random_;
  net::EventLoop loop_;
  net::Mailbox mailbox_;
  net::DeadlineWheel wheel_;
  RelayResources relay_;
  net::SocketPool sockets_;
  net::SpareDescriptor spare_;
  net::Timer resume_timer_;
  std::unique_ptr<Journal> journal_;  // where a log shows sessions
  net::LoopLag lag_;
  net::Timer queue_timer_;
  std::shared_ptr<const snapshot::Snapshot> snapshot_;
  std::vector<std::shared_ptr<const snapshot::Snapshot>> former_snapshots_;  // sessions still lease their backends
  std::vector<std::unique_ptr<Door>> doors_;  // also of listeners that are gone, while they have sessions
  std::unordered_map<const Session*, std::unique_ptr<source::Visit>> visits_;  // of listeners that keep any
  base::Slab<Session> sessions_;
  SessionSamples samples_;  // of listeners that rebalance
  std::function<void()> on_drained_;
  bool paused_ = false;
};

}  // namespace lb::proxy
