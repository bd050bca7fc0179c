#include "lb/proxy/worker.h"

#include <algorithm>
#include <cerrno>
#include <utility>

#include "lb/net/socket.h"

namespace lb::proxy {
namespace {

constexpr int kAcceptsATurn = 64;
constexpr std::chrono::milliseconds kPause{100};
// Two descriptors each: room for the bulk transfers that are really in progress, not for every session.
constexpr std::size_t kPipes = 256;

// What every listener is granted in ten seconds: ten a second, divided among the workers.
std::uint32_t least_hedges(std::size_t workers) noexcept {
  constexpr std::size_t kLeastHedges = 100;
  return static_cast<std::uint32_t>((kLeastHedges + workers - 1) / workers);
}

}  // namespace

// The door outlives its socket: sessions keep working at their place after the daemon stopped to listen.
class Worker::Door final : public net::ListenSocket::Handler {
 public:
  Door(Worker& worker, base::UniqueFd fd, std::size_t listener, const snapshot::Pool& pool)
      : worker_(worker),
        place_{.loop = worker.loop_,
               .wheel = worker.wheel_,
               .relay = worker.relay_,
               .sockets = worker.sockets_,
               .spare = worker.spare_,
               .random = worker.random_,
               .counters = worker.stats_.by_listener[listener],
               .owner = worker,
               .worker = worker.index_,
               .listener = listener,
               .pool = &pool,
               .keeps_races = worker.log_.debug_enabled(),
               .hedge_budget = HedgeBudget(least_hedges(worker.all_stats_.size())),
               .cursor = static_cast<std::uint32_t>(worker.random_())},
        socket_(std::make_unique<net::ListenSocket>(worker.loop_, std::move(fd), *this)) {}

  void adopt(const snapshot::Pool& pool) noexcept { place_.pool = &pool; }
  void pause() noexcept {
    if (socket_) socket_->pause();
  }
  // False while this listener has no room itself.
  [[nodiscard]] bool resume() noexcept {
    full_ = full_ && at_limit();
    if (socket_ && !full_) socket_->resume();
    return !full_;
  }
  [[nodiscard]] bool full() const noexcept { return full_; }
  // Those who were told by the kernel that they are connected are served; then nobody is any more.
  void close() noexcept {
    while (socket_ && !worker_.paused_ && !full_ && accept_one(*socket_)) {
    }
    socket_.reset();
  }

  void on_acceptable(net::ListenSocket& socket) noexcept override {
    worker_.wheel_.catch_up();
    for (int i = 0; i < kAcceptsATurn && !worker_.paused_ && !full_; ++i) {
      // At the limit the loop calls again if somebody really waits; only then is it a pause.
      if (!accept_one(socket) || worker_.at_limit() || at_limit()) return;
    }
  }

 private:
  // Of this listener, over all workers.
  [[nodiscard]] bool at_limit() const noexcept {
    const std::uint64_t most = place_.pool->max_connections;
    if (most == 0) return false;
    std::uint64_t active = 0;
    for (const auto& stats : worker_.all_stats_) active += stats->by_listener[place_.listener].active.value();
    return active >= most;
  }

  bool accept_one(net::ListenSocket& socket) noexcept {
    if (worker_.at_limit()) {
      worker_.pause_accepting(worker_.stats_.pauses_for_limit);
      return false;
    }
    if (at_limit()) {
      full_ = true;
      socket.pause();
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
  SessionPlace place_;
  std::unique_ptr<net::ListenSocket> socket_;
  bool full_ = false;  // paused for its own limit
};

Worker::Worker(WorkerSetup setup, std::span<const std::unique_ptr<WorkerStats>> all_stats, const base::Clock& clock,
               const base::Log& log)
    : index_(setup.index),
      all_stats_(all_stats),
      stats_(*all_stats[setup.index]),
      clock_(clock),
      log_(log),
      random_(setup.seed),
      mailbox_(loop_),
      wheel_(loop_, clock, &Session::on_deadline),
      relay_(kPipes, stats_.small_pipes),
      sockets_(loop_, setup.kept_sockets),
      resume_timer_(loop_, [this] { resume_accepting(); }),
      snapshot_(std::move(setup.snapshot)),
      sampled_at_(snapshot_->pools.size(), 0) {
  for (std::size_t i = 0; i < setup.listen_fds.size(); ++i) {
    doors_.push_back(std::make_unique<Door>(*this, std::move(setup.listen_fds[i]), i, snapshot_->pools[i]));
  }
}

Worker::~Worker() = default;

void Worker::run() noexcept {
  loop_.run();
}

void Worker::stop() {
  mailbox_.post([this] { loop_.stop(); });
}

void Worker::abort_sessions() {
  mailbox_.post([this] { sessions_.for_each([](Session& session) { session.abort(CloseReason::kShutdown); }); });
}

void Worker::drain(std::function<void()> done) {
  mailbox_.post([this, done = std::move(done)]() mutable {
    on_drained_ = std::move(done);
    for (auto& door : doors_) door->close();
    report_if_drained();
  });
}

void Worker::report_if_drained() noexcept {
  if (on_drained_ && sessions_.size() == 0) std::exchange(on_drained_, nullptr)();
}

// ---- rebalancing

void Worker::close_surplus(const SurplusOrder& order) {
  mailbox_.post([this, order] { carry_out(order); });
}

void Worker::carry_out(const SurplusOrder& order) {
  sample_sessions(order.listener);
  if (order.backend == nullptr) return;
  ListenerCounters& counters = stats_.by_listener[order.listener];
  for (Session* const session : samples_.quietest(*order.backend, wheel_.now(), order.least_age, order.sessions)) {
    (order.dry_run ? counters.rebalance_wishes : counters.rebalanced).add(1);
    if (!order.dry_run) session->retire(CloseReason::kRebalanced);
  }
}

void Worker::sample_sessions(std::size_t listener) {
  const net::Tick now = wheel_.now();
  net::Tick& last = sampled_at_[listener];
  if (now - last < net::DeadlineWheel::ticks(SessionSamples::kInterval)) return;
  last = now;
  sessions_.for_each([&](Session& session) {
    if (session.place().listener == listener) samples_.take(session, now);
  });
}

// ---- snapshots

void Worker::publish(std::shared_ptr<const snapshot::Snapshot> snapshot) {
  mailbox_.post([this, snapshot = std::move(snapshot)]() mutable { adopt(std::move(snapshot)); });
}

void Worker::adopt(std::shared_ptr<const snapshot::Snapshot> snapshot) noexcept {
  former_snapshots_.push_back(std::exchange(snapshot_, std::move(snapshot)));
  for (std::size_t i = 0; i < doors_.size(); ++i) doors_[i]->adopt(snapshot_->pools[i]);
  if (!snapshot_->cut.empty()) cut_sessions();
  forget_unused_snapshots();
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
  begin_session(std::move(accepted.fd), client, place);
  if (!restore_spare()) pause_accepting(stats_.pauses_for_descriptors);
}

// Null: the client is served, and counted where its source is.
base::Counter* Worker::refusal_of(const base::IpAddress& client, const SessionPlace& place) noexcept {
  const source::Sources& sources = place.pool->sources;
  if (sources.filter && !sources.filter->admits(client)) return &place.counters.denied;
  if (sources.count && !sources.count->enter(client, sources.max_sessions)) return &place.counters.over_source_limit;
  return nullptr;
}

void Worker::begin_session(base::UniqueFd fd, const base::IpAddress& client, SessionPlace& place) noexcept {
  const source::Sources& sources = place.pool->sources;
  if (!sources.keeps_visits()) return sessions_.create(place, client).start(std::move(fd));
  auto visit = std::make_unique<source::Visit>(client, sources.count, sources.sticky, clock_);
  Session& session = sessions_.create(place, client, visit.get());
  visits_.emplace(&session, std::move(visit));
  session.start(std::move(fd));
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
  const std::size_t listener = place.listener;
  place.counters.closed[static_cast<std::size_t>(session.reason())].add(1);
  if (const Race* const race = session.race(); race != nullptr && log_.debug_enabled()) {
    log_.debug("session closed: reason={} client={} backend={} tries={} to_backend={}B to_client={}B age={}ms",
               to_string(session.reason()), race->source().to_string(),
               session.backend() == nullptr ? "-" : session.backend()->name(), race->tries(),
               session.bytes_to_backend(), session.bytes_to_client(), race->age().count());
  }
  place.counters.active.subtract(1);
  if (!visits_.empty()) visits_.erase(&session);
  if (samples_.size() > 0) samples_.forget(session);
  sessions_.destroy(session);
  stats_.active.subtract(1);
  if (paused_ || doors_[listener]->full()) resume_accepting();
  report_if_drained();
}

}  // namespace lb::proxy
