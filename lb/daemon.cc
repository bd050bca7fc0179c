#include "lb/daemon.h"

#include <algorithm>
#include <csignal>
#include <filesystem>
#include <thread>
#include <utility>

#include "lb/control/admin_api.h"
#include "lb/control/controller.h"
#include "lb/control/health_checker.h"
#include "lb/control/metrics_exporter.h"
#include "lb/control/passive_checker.h"
#include "lb/control/rebalancer.h"
#include "lb/control/tls_contexts.h"
#include "lb/net/descriptor_limit.h"
#include "lb/net/event_loop.h"
#include "lb/net/http_server.h"
#include "lb/net/mailbox.h"
#include "lb/net/signal.h"
#include "lb/net/timer.h"
#include "lb/proxy/worker_group.h"

namespace lb {
namespace {

unsigned worker_count(const config::Config& config) noexcept {
  return config.workers.value_or(std::max(1U, std::thread::hardware_concurrency()));
}

// Each may have a connection at the same time.
std::uint64_t check_count(const config::Config& config) noexcept {
  std::uint64_t count = 0;
  for (const auto& listener : config.listeners) {
    if (listener.health_check.kind != cluster::HealthCheckKind::kNone) count += listener.backends.size();
  }
  return count;
}

std::uint64_t session_limit(const config::Config& config, const base::Log& log) {
  const std::uint64_t descriptors = net::raise_descriptor_limit();
  const std::uint64_t for_checks = std::min(check_count(config), descriptors / 2);
  const std::uint64_t possible = net::sessions_within(descriptors - for_checks, worker_count(config));
  const std::uint64_t wanted = config.max_connections.value_or(possible);
  if (wanted > possible) {
    log.warn(
        "maxConnections is {}, but the limit of {} descriptors is enough for about {} sessions; raise it "
        "(LimitNOFILE= in systemd, ulimit -Hn in a shell) or lower maxConnections",
        wanted, descriptors, possible);
  }
  return wanted;
}

std::size_t kept_sockets(const config::Config& config) noexcept {
  return config.reuse_sockets ? net::kept_sockets_within(net::raise_descriptor_limit(), worker_count(config)) : 0;
}

std::vector<base::SocketAddress> addresses_of(const config::Config& config) {
  std::vector<base::SocketAddress> addresses;
  for (const auto& listener : config.listeners) addresses.push_back(listener.address);
  return addresses;
}

}  // namespace

// In the order in which each needs the one before.
class Daemon::Parts {
 public:
  Parts(const config::Config& config, control::TlsContexts tls, std::uint64_t seed, const base::Clock& clock,
        const base::Log& log)
      : log_(log),
        shutdown_grace_(config.shutdown_grace),
        controller_(config, worker_count(config), session_limit(config, log), clock, log),
        mailbox_(loop_),
        terminate_(loop_, SIGTERM, [this] { begin_shutdown(); }),
        interrupt_(loop_, SIGINT, [this] { begin_shutdown(); }),
        grace_timer_(loop_, [this] { cut_sessions("the grace is over"); }),
        refresh_timer_(loop_, [this] { controller_.refresh(); }),
        checker_(loop_, controller_, std::move(tls), base::Random(seed), clock),
        passive_checker_(loop_, controller_, clock) {
    controller_.schedule_by([this](std::chrono::milliseconds after) { refresh_timer_.start(after); });
  }

  base::Result<void> listen(const config::Config& config, std::uint64_t seed, const base::Clock& clock) {
    auto workers = proxy::WorkerGroup::start({.workers = worker_count(config),
                                              .seed = seed,
                                              .kept_sockets = kept_sockets(config),
                                              .listeners = addresses_of(config),
                                              .snapshot = controller_.snapshot()},
                                             clock, log_);
    if (!workers) return base::Failure(workers.error());
    workers_ = *std::move(workers);
    controller_.publish_to([this](const auto& snapshot) { workers_->publish(snapshot); });
    rebalancer_ = std::make_unique<control::Rebalancer>(
        loop_, controller_, worker_count(config),
        [this](std::size_t worker, const auto& order) { workers_->close_surplus(worker, order); });
    return listen_for_admin(config);
  }

  void run() {
    for (std::size_t i = 0; i < controller_.listeners().size(); ++i) {
      log_.info("listener {} on {}, {} backends", controller_.listeners()[i].config.name,
                workers_->addresses()[i].to_string(), controller_.listeners()[i].backends.size());
    }
    if (admin_address_) log_.info("metrics on http://{}/metrics", admin_address_->to_string());
    loop_.run();
  }

  void shutdown() {
    mailbox_.post([this] { begin_shutdown(); });
  }

  [[nodiscard]] const proxy::WorkerGroup& workers() const noexcept { return *workers_; }
  [[nodiscard]] std::optional<base::SocketAddress> admin_address() const noexcept { return admin_address_; }

 private:
  base::Result<void> listen_for_admin(const config::Config& config) {
    metrics_ = std::make_unique<control::MetricsExporter>(controller_, workers_->stats(), KEEPSTATE_VERSION);
    api_ = std::make_unique<control::AdminApi>(controller_, *metrics_);
    server_ = std::make_unique<net::HttpServer>(loop_, [this](const auto& request) { return api_->answer(request); });
    if (config.admin) {
      auto bound = server_->listen(*config.admin);
      if (!bound) return base::Failure(bound.error());
      admin_address_ = *bound;
    }
    if (!config.socket) return {};
    const std::filesystem::path path(*config.socket);
    std::error_code failure;  // a folder that cannot be made shows at once when the socket is bound
    std::filesystem::create_directories(path.parent_path(), failure);
    return server_->listen_unix(path);
  }

  void begin_shutdown() {
    if (std::exchange(shutting_down_, true)) return cut_sessions("asked a second time");
    log_.info("shutting down: sessions may finish for {} ms", shutdown_grace_.count());
    api_->note_shutdown();
    grace_timer_.start(shutdown_grace_);
    // The workers end before the mailbox does, so the letter always finds it.
    workers_->drain([this] { mailbox_.post([this] { loop_.stop(); }); });
  }

  void cut_sessions(std::string_view why) {
    log_.warn("cutting the sessions that are left: {}", why);
    workers_->abort_sessions();
  }

  const base::Log& log_;
  std::chrono::milliseconds shutdown_grace_;
  net::EventLoop loop_;
  control::Controller controller_;
  net::Mailbox mailbox_;
  net::Signal terminate_;
  net::Signal interrupt_;
  net::Timer grace_timer_;
  net::Timer refresh_timer_;
  control::HealthChecker checker_;
  control::PassiveChecker passive_checker_;
  std::unique_ptr<proxy::WorkerGroup> workers_;
  std::unique_ptr<control::Rebalancer> rebalancer_;
  std::unique_ptr<control::MetricsExporter> metrics_;
  std::unique_ptr<control::AdminApi> api_;
  std::unique_ptr<net::HttpServer> server_;
  std::optional<base::SocketAddress> admin_address_;
  bool shutting_down_ = false;
};

Daemon::Daemon(std::unique_ptr<Parts> parts) : parts_(std::move(parts)) {}

Daemon::~Daemon() = default;

base::Result<std::unique_ptr<Daemon>> Daemon::start(const config::Config& config, std::uint64_t seed,
                                                    const base::Clock& clock, const base::Log& log) {
  // splice(2) raises it when a peer is gone; the error that comes with it says the same.
  static_cast<void>(std::signal(SIGPIPE, SIG_IGN));
  auto tls = control::make_tls_contexts(config.listeners);
  if (!tls) return base::Failure(tls.error());
  auto parts = std::make_unique<Parts>(config, *std::move(tls), seed, clock, log);
  if (auto listening = parts->listen(config, seed, clock); !listening) return base::Failure(listening.error());
  return std::unique_ptr<Daemon>(new Daemon(std::move(parts)));
}

void Daemon::run() {
  parts_->run();
}

void Daemon::shutdown() {
  parts_->shutdown();
}

const std::vector<base::SocketAddress>& Daemon::listener_addresses() const noexcept {
  return parts_->workers().addresses();
}

std::optional<base::SocketAddress> Daemon::admin_address() const noexcept {
  return parts_->admin_address();
}

}  // namespace lb
