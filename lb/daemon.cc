#include "lb/daemon.h"

#include <algorithm>
#include <csignal>
#include <thread>
#include <utility>

#include "lb/access_log/writer.h"
#include "lb/control/admin_side.h"
#include "lb/control/capacity.h"
#include "lb/control/controller.h"
#include "lb/control/departure.h"
#include "lb/control/handover.h"
#include "lb/control/health_checker.h"
#include "lb/control/known_state.h"
#include "lb/control/passive_checker.h"
#include "lb/control/rebalancer.h"
#include "lb/control/reloader.h"
#include "lb/control/succession.h"
#include "lb/control/tls_contexts.h"
#include "lb/net/event_loop.h"
#include "lb/net/loop_lag.h"
#include "lb/net/mailbox.h"
#include "lb/net/signal.h"
#include "lb/net/timer.h"
#include "lb/proxy/listening.h"
#include "lb/proxy/worker_group.h"
#include "lib/base/pid_file.h"

namespace lb {
namespace {

// A controller that knows what the process before this one knew.
control::Controller make_controller(const config::Config& config, const base::Clock& clock, const base::Log& log,
                                    const nlohmann::json& known) {
  control::Controller controller(config, control::worker_count(config), control::session_limit(config, log), clock,
                                 log);
  if (!known.is_null()) control::recall(known, controller, clock.now());
  return controller;
}

}  // namespace

// In the order in which each needs the one before.
class Daemon::Parts {
 public:
  Parts(const config::Config& config, control::TlsContexts tls, std::uint64_t seed, const base::Clock& clock,
        const base::Log& log, control::Handover& handover)
      : clock_(clock),
        log_(log),
        controller_(make_controller(config, clock, log, handover.state)),
        mailbox_(loop_),
        listening_(control::worker_count(config), std::move(handover.listeners)),
        hang_up_(loop_, SIGHUP, [this] { reload(); }),
        terminate_(loop_, SIGTERM, [this] { begin_shutdown(); }),
        interrupt_(loop_, SIGINT, [this] { begin_shutdown(); }),
        reopen_log_(loop_, SIGUSR1, [this] { reopen_access_log(); }),
        lag_(loop_, clock, control_lag_),
        upgrade_signal_(loop_, SIGUSR2, [this] { upgrade_now({}); }),
        heartbeat_(loop_, [this] { beat(); }),
        refresh_timer_(loop_, [this] { controller_.refresh(); }),
        checker_(loop_, controller_, std::move(tls), base::Random(seed), clock),
        passive_checker_(loop_, controller_, clock) {
    control::recall_ejections(handover.state, controller_, passive_checker_);
    controller_.schedule_by([this](std::chrono::milliseconds after) { refresh_timer_.start(after); });
  }

  // Nobody is accepted before all that can fail has gone well: a process that cannot serve must not have taken a client
  // from the one before it.
  base::Result<void> listen(const config::Config& config, std::uint64_t seed, control::Arrival& arrival,
                            control::Handover handover) {
    if (config.access_log) {
      auto log = access_log::Writer::start(*config.access_log, clock_, log_);
      if (!log) return base::Failure(log.error());
      access_log_ = *std::move(log);
    }
    workers_ =
        std::make_unique<proxy::WorkerGroup>(proxy::WorkerGroup::Setup{.workers = control::worker_count(config),
                                                                       .seed = seed,
                                                                       .kept_sockets = control::kept_sockets(config),
                                                                       .access_log = access_log_.get()},
                                             clock_, log_);
    departure_ = std::make_unique<control::Departure>(control::Departure::Parts{loop_, mailbox_, *workers_, log_});
    controller_.publish_to([this](const auto& snapshot) { publish(snapshot); });
    rebalancer_ = std::make_unique<control::Rebalancer>(
        loop_, controller_, control::worker_count(config),
        [this](std::size_t worker, const auto& order) { workers_->close_surplus(worker, order); });
    reloader_ = std::make_unique<control::Reloader>(
        control::Reloader::Parts{controller_, checker_, passive_checker_, *rebalancer_, listening_}, config,
        [this](const config::Config& changed) { return control::session_limit(changed, log_); }, log_);
    admin_ = std::make_unique<control::AdminSide>(
        control::AdminSide::Parts{.loop = loop_,
                                  .mailbox = mailbox_,
                                  .controller = controller_,
                                  .workers = *workers_,
                                  .reloader = *reloader_,
                                  .control_lag = control_lag_,
                                  .access_log = access_log_.get(),
                                  .clock = clock_,
                                  .log = log_,
                                  .version = KEEPSTATE_VERSION,
                                  .old_processes = [this] { return succession_->old_processes(); }},
        config);
    if (auto listening = admin_->listen(config, handover); !listening) return listening;
    admin_->api().reload_by([this](const control::AdminApi::Told& done) { reload(done); });
    admin_->api().upgrade_by([this](const control::AdminApi::Told& done) { upgrade_now(done); });
    succession_ = std::make_unique<control::Succession>(
        control::Succession::Parts{loop_, controller_, passive_checker_, listening_, admin_->server(), clock_, log_},
        arrival.supervisor);
    succession_->start_by(arrival.argv);
    succession_->followed_by([this](auto left) { retire(std::move(left)); });
    succession_->elders_changed([this] { admin_->api().note_old_processes(succession_->old_processes()); });
    admin_->api().refuse_changes_while([this] { return succession_->is_upgrading() || succession_->is_followed(); });
    pid_file_path_ = arrival.pid_file;
    if (auto claimed = claim_pid_file(); !claimed) return claimed;
    auto opened = open_all();
    if (!opened) return base::Failure(opened.error());
    listening_.retain(keys());  // what is not in the file any more is closed
    workers_->start(*std::move(opened), controller_.snapshot());
    if (arrival.channel) succession_->follow(std::move(arrival.channel), handover);
    return {};
  }

  void run() {
    const auto addresses = this->addresses();
    for (std::size_t i = 0; i < addresses.size(); ++i) {
      log_.info("listener {} on {}, {} backends", controller_.listeners()[i].config.name, addresses[i].to_string(),
                controller_.listeners()[i].backends.size());
    }
    if (const auto at = admin_->address()) log_.info("metrics on http://{}/metrics", at->to_string());
    succession_->announce();
    admin_->own_files();
    beat();
    loop_.run();
    succession_->report();
  }

  void upgrade(Reloaded done) {
    mailbox_.post([this, done = std::move(done)] { upgrade_now(done); });
  }
  void shutdown() {
    mailbox_.post([this] { begin_shutdown(); });
  }

  void reload_by(Load load) { load_ = std::move(load); }
  void ask_for_reload(Reloaded done) {
    mailbox_.post([this, done = std::move(done)] { reload(done); });
  }

  [[nodiscard]] std::vector<base::SocketAddress> addresses() const {
    std::vector<base::SocketAddress> addresses;
    for (const control::ListenerView& listener : controller_.listeners()) {
      const proxy::Listening::Sockets* const sockets = listening_.find({listener.config.name, listener.config.address});
      addresses.push_back(sockets == nullptr ? listener.config.address : sockets->actual);
    }
    return addresses;
  }
  [[nodiscard]] std::optional<base::SocketAddress> admin_address() const noexcept { return admin_->address(); }

 private:
  [[nodiscard]] std::vector<proxy::Listening::Key> keys() const {
    std::vector<proxy::Listening::Key> keys;
    for (const auto& listener : controller_.listeners())
      keys.push_back({listener.config.name, listener.config.address});
    return keys;
  }

  base::Result<std::vector<proxy::WorkerGroup::Opened>> open_all() {
    auto sockets = listening_.open_all(keys());
    if (!sockets) return base::Failure(sockets.error());
    std::vector<proxy::WorkerGroup::Opened> opened;
    for (const control::ListenerView& listener : controller_.listeners()) {
      opened.push_back({listener.state, std::move((*sockets)[opened.size()].fds)});
    }
    return opened;
  }

  base::Result<void> claim_pid_file() {
    pid_file_.reset();
    if (pid_file_path_.empty()) return {};
    auto written = base::PidFile::write(pid_file_path_);
    if (!written) return base::fail("--pid-file: {}", written.error().message);
    pid_file_.emplace(*std::move(written));
    return {};
  }

  void publish(const std::shared_ptr<const snapshot::Snapshot>& snapshot) {
    workers_->publish(snapshot, reloader_->take_opened(), [this, generation = snapshot->generation] {
      mailbox_.post([this, generation] { controller_.note_adopted(generation); });
    });
  }

  void reload(const Reloaded& done = {}) {
    if (const auto why_not = why_not_reload(); !why_not.empty()) {
      if (done) done(base::fail("{}", why_not));
      if (!done) keep_signal(why_not);
      return;
    }
    succession_->supervisor().tell_reloading();
    const base::Result<std::string> result = load_and_apply();
    succession_->supervisor().tell_ready();
    if (!done) return;
    if (!result) return done(result);
    controller_.when_adopted([done, result] { done(result); });
  }

  // Nobody would repeat a signal.
  void keep_signal(const std::string& why_not) {
    log_.info("SIGHUP: {}", why_not);
    reload_waits_ = succession_->is_upgrading();
    if (succession_->is_followed()) succession_->pass_on(SIGHUP);
  }

  [[nodiscard]] std::string why_not_reload() const {
    if (shutting_down_) return "the daemon is shutting down";
    if (succession_->is_followed()) return "another process serves now; ask that one";
    if (succession_->is_upgrading()) return "an upgrade is under way; the file is read after it";
    return {};
  }

  base::Result<std::string> load_and_apply() {
    auto config = load_ ? load_()
                        : base::Result<config::Config>(
                              base::fail("there is no file to read: lb was started with --listen, not with -c FILE"));
    const auto token = config ? control::AdminSide::read_token(*config) : base::Failure(config.error());
    if (!token) {
      reloader_->note_refusal(token.error().message);
      return base::Failure(token.error());
    }
    auto applied = reloader_->apply(*config);
    if (applied) admin_->use_token(*token);
    return applied;
  }

  void upgrade_now(const Reloaded& done) {
    if (shutting_down_) {
      if (done) done(base::fail("the daemon is shutting down"));
      return;
    }
    succession_->upgrade([this, done](const base::Result<std::string>& result) {
      if (!result && !succession_->is_upgrading() && !succession_->is_followed()) go_on();
      if (done) done(result);
    });
  }

  // The next process could not serve.
  void go_on() {
    if (auto claimed = claim_pid_file(); !claimed) log_.error("{}", claimed.error().message);
    if (std::exchange(reload_waits_, false)) reload();
  }

  void reopen_access_log() {
    if (access_log_) access_log_->reopen();
  }

  void begin_shutdown() {
    if (std::exchange(shutting_down_, true)) return departure_->cut("asked a second time");
    log_.info("shutting down: sessions may finish for {} ms", reloader_->running().shutdown_grace.count());
    succession_->cancel_upgrade("the daemon is shutting down");
    if (!succession_->is_followed()) succession_->supervisor().tell_stopping();  // else the service goes on
    admin_->api().note_shutdown();
    listening_.retain({});
    departure_->stop(reloader_->running().shutdown_grace);
  }

  // Another process serves now. Asked to shut down after that, this one does so.
  void retire(std::function<void()> left) {
    if (std::exchange(reload_waits_, false)) succession_->pass_on(SIGHUP);
    admin_->server().leave();
    listening_.retain({});
    departure_->retire(reloader_->running().hard_stop_after, std::move(left));
  }

  void beat() {
    const auto heartbeat = succession_->supervisor().heartbeat();
    if (!heartbeat || succession_->is_followed()) return;
    succession_->supervisor().tell_alive();
    heartbeat_.start(*heartbeat);
  }

  const base::Clock& clock_;
  const base::Log& log_;
  net::EventLoop loop_;
  control::Controller controller_;
  net::Mailbox mailbox_;
  proxy::Listening listening_;
  net::Signal hang_up_;
  net::Signal terminate_;
  net::Signal interrupt_;
  net::Signal reopen_log_;
  base::Gauge control_lag_;
  net::LoopLag lag_;
  net::Signal upgrade_signal_;
  net::Timer heartbeat_;
  net::Timer refresh_timer_;
  control::HealthChecker checker_;
  control::PassiveChecker passive_checker_;
  std::unique_ptr<access_log::Writer> access_log_;  // before those who write to it
  std::unique_ptr<control::Departure> departure_;   // after the workers' threads, which write to it last
  std::unique_ptr<proxy::WorkerGroup> workers_;
  std::unique_ptr<control::Rebalancer> rebalancer_;
  std::unique_ptr<control::Reloader> reloader_;
  std::unique_ptr<control::AdminSide> admin_;
  std::unique_ptr<control::Succession> succession_;
  Load load_;
  std::string pid_file_path_;
  std::optional<base::PidFile> pid_file_;
  bool shutting_down_ = false;
  bool reload_waits_ = false;  // for the upgrade that is under way
};

Daemon::Daemon(std::unique_ptr<Parts> parts) : parts_(std::move(parts)) {}

Daemon::~Daemon() = default;

base::Result<std::unique_ptr<Daemon>> Daemon::start(const config::Config& config, std::uint64_t seed,
                                                    const base::Clock& clock, const base::Log& log,
                                                    control::Arrival arrival) {
  // splice(2) raises it when a peer is gone; the error that comes with it says the same.
  static_cast<void>(std::signal(SIGPIPE, SIG_IGN));
  const auto refused = [&](const base::Error& error) {
    control::refuse(arrival, error.message);
    return base::Failure(error);
  };
  auto tls = control::make_tls_contexts(config.listeners);
  if (!tls) return refused(tls.error());
  auto handover = control::receive(arrival, config);
  if (!handover) return refused(handover.error());
  auto parts = std::make_unique<Parts>(config, *std::move(tls), seed, clock, log, *handover);
  if (auto listening = parts->listen(config, seed, arrival, *std::move(handover)); !listening) {
    return refused(listening.error());
  }
  return std::unique_ptr<Daemon>(new Daemon(std::move(parts)));
}

void Daemon::run() {
  parts_->run();
}

void Daemon::shutdown() {
  parts_->shutdown();
}

void Daemon::reload_by(Load load) {
  parts_->reload_by(std::move(load));
}

void Daemon::reload(Reloaded done) {
  parts_->ask_for_reload(std::move(done));
}

void Daemon::upgrade(Reloaded done) {
  parts_->upgrade(std::move(done));
}

std::vector<base::SocketAddress> Daemon::listener_addresses() const {
  return parts_->addresses();
}

std::optional<base::SocketAddress> Daemon::admin_address() const noexcept {
  return parts_->admin_address();
}

}  // namespace lb
