#include "lb/proxy/worker.h"

#include <algorithm>
#include <cerrno>
#include <utility>

#include "lb/net/socket.h"
#include "lb/proxy/session_list.h"

namespace lb::proxy {
namespace {

constexpr int kAcceptsATurn = 64;
constexpr std::chrono::milliseconds kPause{100};
constexpr std::chrono::seconds kQueueLook{1};
// Two descriptors each: room for the bulk transfers that are really in progress, not for every session.
constexpr std::size_t kPipes = 256;

// What every listener is granted in ten seconds: ten a second, divided among the workers.
std::uint32_t least_hedges(std::size_t workers) noexcept {
  constexpr std::size_t kLeastHedges = 100;
  return static_cast<std::uint32_t>((kLeastHedges + workers - 1) / workers);
}

std::unique_ptr<Journal> journal_for(net::EventLoop& loop, const Journal::Settings& settings, const base::Clock& clock,
                                     const base::Log& log) {
  if (settings.ring == nullptr && !log.debug_enabled()) return nullptr;
  return std::make_unique<Journal>(loop, settings, clock, log);
}

}  // namespace

// The door outlives its sockets: sessions keep working at their place after the daemon stopped to listen.
class Worker::Door final : public net::ListenSocket::Handler {
 public:
  Door(Worker& worker, NewDoor opened, const snapshot::Pool& pool)
      : worker_(worker),
        listener_(std::move(opened.listener)),
        snapshot_(worker.snapshot_),
        place_{.loop = worker.loop_,
               .wheel = worker.wheel_,
               .relay = worker.relay_,
               .sockets = worker.sockets_,
               .spare = worker.spare_,
               .random = worker.random_,
               .counters = listener_->counters(worker.index_),
               .owner = worker,
               .clock = worker.clock_,
               .journal = worker.journal_.get(),
               .worker = worker.index_,
               .listener = listener_->id(),
               .name = listener_->name(),
               .pool = &pool,
               .hedge_budget = HedgeBudget(least_hedges(worker.all_stats_.size())),
               .cursor = static_cast<std::uint32_t>(worker.random_())} {
    for (base::UniqueFd& fd : opened.sockets) {
      sockets_.push_back(std::make_unique<net::ListenSocket>(worker.loop_, std::move(fd), *this));
      if (worker.paused_) sockets_.back()->pause();
    }
  }

  [[nodiscard]] std::uint64_t listener() const noexcept { return listener_->id(); }
  // The worker's snapshot has changed. Sessions of a listener that it does not name go on by the one before.
  void adopt() noexcept {
    const auto pool = std::ranges::find(worker_.snapshot_->pools, listener(), &snapshot::Pool::listener);
    if (pool == worker_.snapshot_->pools.end()) return close();
    place_.pool = &*pool;
    snapshot_ = worker_.snapshot_;
  }
  // Nobody comes here any more, and the last one has gone.
  [[nodiscard]] bool done() const noexcept { return closed_ && place_.counters.active.value() == 0; }
  void pause() noexcept {
    for (auto& socket : sockets_) socket->pause();
  }
  // False while this listener has no room itself.
  [[nodiscard]] bool resume() noexcept {
    place_.full = place_.full && at_limit();
    if (!place_.full) {
      for (auto& socket : sockets_) socket->resume();
    }
    return !place_.full;
  }
  // Those who were told by the kernel that they are connected are served; then nobody is any more.
  void close() noexcept {
    for (auto& socket : sockets_) {
      while (!worker_.paused_ && !place_.full && accept_one(*socket)) {
      }
    }
    sockets_.clear();
    closed_ = true;
  }
  // True once in a while, when its sessions are to be sampled.
  [[nodiscard]] bool sample_is_due(net::Tick now) noexcept {
    if (now - sampled_at_ < net::DeadlineWheel::ticks(SessionSamples::kInterval)) return false;
    sampled_at_ = now;
    return true;
  }
  [[nodiscard]] ListenerCounters& counters() noexcept { return place_.counters; }
  void look_at_queue() noexcept {
    net::AcceptQueue all;
    for (const auto& socket : sockets_) {
      const net::AcceptQueue one = socket->queue().value_or(net::AcceptQueue{});
      all = {.waiting = all.waiting + one.waiting, .most = all.most + one.most};
    }
    place_.counters.accept_queue.set(all.waiting);
    place_.counters.accept_queue_limit.set(all.most);
  }

  void on_acceptable(net::ListenSocket& socket) noexcept override {
    worker_.wheel_.catch_up();
    for (int i = 0; i < kAcceptsATurn && !worker_.paused_ && !place_.full; ++i) {
      // At the limit the loop calls again if somebody really waits; only then is it a pause.
      if (!accept_one(socket) || worker_.at_limit() || at_limit()) return;
    }
  }

 private:
  // Of this listener, over all workers.
  [[nodiscard]] bool at_limit() const noexcept {
    const std::uint64_t most = place_.pool->max_connections;
    if (most == 0) return false;
    return listener_->total(&ListenerCounters::active) >= most;
  }

  bool accept_one(net::ListenSocket& socket) noexcept {
    if (worker_.at_limit()) {
      worker_.pause_accepting(worker_.stats_.pauses_for_limit);
      return false;
    }
    if (at_limit()) {
      place_.full = true;
      pause();
      worker_.stats_.pauses_for_listener_limit.add(1);
      worker_.resume_timer_.start(kPause);
      return false;
    }
    net::Accepted accepted = socket.accept();
    if (accepted.error == EMFILE && worker_.sockets_.close_kept()) accepted = socket.accept();
    if (net::is_out_of_resources(accepted.error)) worker_.pause_accepting(worker_.stats_.pauses_for_descriptors);
    if (accepted.error == ECONNABORTED) return true;  // the client left the queue; the next one is asked for
    if (!accepted.fd) return false;
    worker_.admit(std::move(accepted), place_);
    return true;
  }

  Worker& worker_;
  std::shared_ptr<ListenerState> listener_;
  std::shared_ptr<const snapshot::Snapshot> snapshot_;  // whose pool the place has
  SessionPlace place_;
  std::vector<std::unique_ptr<net::ListenSocket>> sockets_;
  net::Tick sampled_at_ = 0;
  bool closed_ = false;
};

Worker::Worker(WorkerSetup setup, std::span<const std::unique_ptr<WorkerStats>> all_stats, const base::Clock& clock,
               const base::Log& log)
    : index_(setup.index),
      all_stats_(all_stats),
      stats_(*all_stats[setup.index]),
      clock_(clock),
      random_(setup.seed),
      mailbox_(loop_),
      wheel_(loop_, clock, &Session::on_deadline),
      relay_(kPipes, stats_.pipes),
      sockets_(loop_, setup.kept_sockets),
      resume_timer_(loop_, [this] { resume_accepting(); }),
      journal_(journal_for(loop_, setup.journal, clock, log)),
      lag_(loop_, clock, stats_.loop_lag, &stats_.loop_beat),
      queue_timer_(loop_, [this] { look_at_queues(); }),
      snapshot_(std::move(setup.snapshot)) {
  open_doors(std::move(setup.doors));
  look_at_queues();
}

Worker::~Worker() = default;

void Worker::run() noexcept {
  loop_.run();
}

void Worker::stop() {
  mailbox_.post([this] { loop_.stop(); });
}

void Worker::abort_sessions(std::size_t most) {
  mailbox_.post([this, most] {
    sessions_.for_each([left = most](Session& session) mutable {
      if (left == 0) return;
      --left;
      session.abort(CloseReason::kShutdown);
    });
  });
}

void Worker::drain(std::function<void()> closed, std::function<void()> done) {
  mailbox_.post([this, closed = std::move(closed), done = std::move(done)]() mutable {
    on_drained_ = std::move(done);
    for (auto& door : doors_) door->close();
    closed();
    report_if_drained();
  });
}

void Worker::report_if_drained() noexcept {
  if (on_drained_ && sessions_.size() == 0) std::exchange(on_drained_, nullptr)();
}

void Worker::list_sessions(std::size_t most, std::function<void(std::vector<SessionInfo>)> done) {
  mailbox_.post([this, most, done = std::move(done)] {
    wheel_.catch_up();  // ages are told by it
    done(longest_sessions(sessions_, clock_.now(), most));
  });
}

// ---- rebalancing

void Worker::close_surplus(const SurplusOrder& order) {
  mailbox_.post([this, order] { carry_out(order); });
}

void Worker::carry_out(const SurplusOrder& order) {
  Door* const door = door_of(order.listener);
  if (door == nullptr) return;
  sample_sessions(*door);
  if (order.backend == nullptr) return;
  ListenerCounters& counters = door->counters();
  for (Session* const session : samples_.quietest(*order.backend, wheel_.now(), order.least_age, order.sessions)) {
    (order.dry_run ? counters.rebalance_wishes : counters.rebalanced).add(1);
    if (!order.dry_run) session->retire(CloseReason::kRebalanced);
  }
}

Worker::Door* Worker::door_of(std::uint64_t listener) noexcept {
  const auto found = std::ranges::find(doors_, listener, [](const auto& door) { return door->listener(); });
  return found == doors_.end() ? nullptr : found->get();
}

void Worker::sample_sessions(Door& door) {
  const net::Tick now = wheel_.now();
  if (!door.sample_is_due(now)) return;
  sessions_.for_each([&](Session& session) {
    if (session.place().listener == door.listener()) samples_.take(session, now);
  });
}

// ---- snapshots

void Worker::publish(std::shared_ptr<const snapshot::Snapshot> snapshot, std::vector<NewDoor> doors,
                     std::function<void()> adopted) {
  // A letter can be copied, descriptors cannot.
  auto shared_doors = std::make_shared<std::vector<NewDoor>>(std::move(doors));
  mailbox_.post([this, snapshot = std::move(snapshot), doors = std::move(shared_doors), adopted = std::move(adopted)] {
    adopt(snapshot);
    open_doors(std::move(*doors));
    if (adopted) adopted();
  });
}

void Worker::adopt(std::shared_ptr<const snapshot::Snapshot> snapshot) noexcept {
  former_snapshots_.push_back(std::exchange(snapshot_, std::move(snapshot)));
  for (auto& door : doors_) door->adopt();
  if (!snapshot_->cut.empty()) cut_sessions();
  std::erase_if(doors_, [](const auto& door) { return door->done(); });
  forget_unused_snapshots();
}

void Worker::open_doors(std::vector<NewDoor> doors) {
  for (NewDoor& opened : doors) {
    const auto pool = std::ranges::find(snapshot_->pools, opened.listener->id(), &snapshot::Pool::listener);
    doors_.push_back(std::make_unique<Door>(*this, std::move(opened), *pool));
  }
}

// Those that are still connecting find another backend by themselves.
void Worker::cut_sessions() noexcept {
  sessions_.for_each([&cut = snapshot_->cut](Session& session) {
    if (std::ranges::find(cut, session.backend()) != cut.end()) session.abort(CloseReason::kBackendDown);
  });
}

void Worker::forget_unused_snapshots() noexcept {
  std::erase_if(former_snapshots_, [this](const auto& former) { return !in_use(*former); });
}

bool Worker::in_use(const snapshot::Snapshot& snapshot) const noexcept {
  const auto leased = [this](const auto& backend) { return backend->counters()[index_].active.value() > 0; };
  const auto current = [this](const auto& backend) {
    return std::ranges::any_of(snapshot_->pools, [&](const auto& pool) {
      return std::ranges::find(pool.backends, backend) != pool.backends.end();
    });
  };
  return std::ranges::any_of(snapshot.pools, [&](const auto& pool) {
    return std::ranges::any_of(pool.backends,
                               [&](const auto& backend) { return leased(backend) && !current(backend); });
  });
}

// ---- admission

void Worker::admit(net::Accepted accepted, SessionPlace& place) noexcept {
  const base::IpAddress client = accepted.peer.ip();
  if (base::Counter* const why = refusal_of(client, place)) {
    why->add(1);
    net::close_with_reset(std::move(accepted.fd));
    return;
  }
  place.counters.accepted.add(1);
  place.counters.active.add(1);
  stats_.active.add(1);
  begin_session(std::move(accepted), place);
  if (!restore_spare()) pause_accepting(stats_.pauses_for_descriptors);
}

void Worker::look_at_queues() noexcept {
  for (auto& door : doors_) door->look_at_queue();
  queue_timer_.start(kQueueLook);
}

// Null: the client is served, and counted where its source is.
base::Counter* Worker::refusal_of(const base::IpAddress& client, const SessionPlace& place) noexcept {
  const source::Sources& sources = place.pool->sources;
  if (sources.filter && !sources.filter->admits(client)) return &place.counters.denied;
  if (sources.count && !sources.count->enter(client, sources.max_sessions)) return &place.counters.over_source_limit;
  return nullptr;
}

void Worker::begin_session(net::Accepted accepted, SessionPlace& place) noexcept {
  const base::SteadyTime now = clock_.now();
  const base::IpAddress client = accepted.peer.ip();
  const source::Sources& sources = place.pool->sources;
  std::unique_ptr<source::Visit> visit;
  if (sources.keeps_visits()) {
    visit = std::make_unique<source::Visit>(client, sources.count, sources.sticky, clock_);
  }
  Session& session = sessions_.create(place, client, now, visit.get());
  if (visit) visits_.emplace(&session, std::move(visit));
  if (journal_) journal_->open(session, accepted.peer, now);
  session.start(std::move(accepted.fd));
}

bool Worker::at_limit() const noexcept {
  std::uint64_t active = 0;
  for (const auto& stats : all_stats_) active += stats->active.value();
  return active >= snapshot_->max_connections;
}

// The clients wait in the kernel's queue meanwhile; nothing is lost and nothing spins.
void Worker::pause_accepting(base::Counter& why) noexcept {
  if (!paused_) {
    why.add(1);
    for (auto& door : doors_) door->pause();
  }
  paused_ = true;
  resume_timer_.start(kPause);
}

// A client that waits needs a descriptor more than the next session needs a used socket.
bool Worker::restore_spare() noexcept {
  return spare_.restore() || (sockets_.close_kept() && spare_.restore());
}

void Worker::resume_accepting() noexcept {
  if (!restore_spare() || at_limit()) {
    resume_timer_.start(kPause);
    return;
  }
  paused_ = false;
  bool all = true;
  for (auto& door : doors_) all = door->resume() && all;
  all ? resume_timer_.cancel() : resume_timer_.start(kPause);
}

void Worker::on_closed(Session& session) noexcept {
  const SessionPlace& place = session.place();
  const bool listener_full = place.full;
  place.counters.closed[static_cast<std::size_t>(session.reason())].add(1);
  const base::SteadyTime now = clock_.now();
  place.counters.session_duration.record(now - session.accepted());
  if (journal_) journal_->close(session, now);
  place.counters.active.subtract(1);
  if (!visits_.empty()) visits_.erase(&session);
  if (samples_.size() > 0) samples_.forget(session);
  sessions_.destroy(session);
  stats_.active.subtract(1);
  if (paused_ || listener_full) resume_accepting();
  report_if_drained();
}

}  // namespace lb::proxy
