// RunningDaemon: keepstate-lb in this process, on 127.0.0.1 and ports that the system chose, so that the sanitizers see
// it. Stops it and joins its thread on destruction.
#pragma once

#include <atomic>
#include <future>
#include <initializer_list>
#include <memory>
#include <stdexcept>
#include <string>
#include <thread>

#include "lb/config/config.h"
#include "lb/daemon.h"
#include "lib/base/clock.h"
#include "lib/base/log.h"
#include "tests/support/http_client.h"
#include "tests/support/scripted_server.h"
#include "tests/support/tcp.h"

namespace tests::integration {

// One listener on 127.0.0.1:0 with an admin server and no health checks, so that all that a server sees is the test's;
// tests change what they are about.
inline lb::config::Config config_for(std::initializer_list<base::SocketAddress> backends) {
  cluster::Listener listener;
  listener.name = "test";
  listener.address = *base::SocketAddress::parse("127.0.0.1:0");
  listener.health_check.kind = cluster::HealthCheckKind::kNone;
  for (const auto& address : backends) {
    listener.backends.push_back(
        {.name = "b" + std::to_string(listener.backends.size()), .address = address, .weight = 1});
  }
  lb::config::Config config;
  config.listeners.push_back(listener);
  config.workers = 2;
  config.max_connections = 4000;
  config.admin = *base::SocketAddress::parse("127.0.0.1:0");
  return config;
}

inline lb::config::Config with_quick_checks(lb::config::Config config) {
  cluster::HealthCheck& check = config.listeners[0].health_check;
  check.kind = cluster::HealthCheckKind::kTcp;
  check.interval = std::chrono::milliseconds{100};
  check.timeout = std::chrono::milliseconds{1000};
  return config;
}

// The system's, but for the time that the test has skipped. Timers of the loops go on as they do.
class SkippingClock final : public base::Clock {
 public:
  [[nodiscard]] base::SteadyTime now() const noexcept override { return system_.now() + skipped_.load(); }
  void skip(std::chrono::milliseconds time) { skipped_ = skipped_.load() + time; }

 private:
  base::SystemClock system_;
  std::atomic<std::chrono::milliseconds> skipped_{std::chrono::milliseconds{0}};
};

class RunningDaemon {
 public:
  explicit RunningDaemon(const lb::config::Config& config, base::Log::Level level = base::Log::Level::kOff)
      : log_(level) {
    auto daemon = lb::Daemon::start(config, 42, clock_, log_);
    if (!daemon) throw std::runtime_error(daemon.error().message);
    daemon_ = *std::move(daemon);
    daemon_->reload_by([this] { return next_; });
    address_ = daemon_->listener_addresses()[0];
    thread_ = std::thread([this] { daemon_->run(); });
  }
  ~RunningDaemon() {
    if (!thread_.joinable()) return;
    daemon_->shutdown();
    daemon_->shutdown();  // the second time cuts what is left
    thread_.join();
  }
  RunningDaemon(const RunningDaemon&) = delete;
  RunningDaemon& operator=(const RunningDaemon&) = delete;

  // The first listener's, at any time; another's while nothing is reloaded.
  [[nodiscard]] base::SocketAddress address(std::size_t listener = 0) const {
    return listener == 0 ? address_ : daemon_->listener_addresses()[listener];
  }
  [[nodiscard]] base::SocketAddress admin_address() const { return *daemon_->admin_address(); }
  [[nodiscard]] base::UniqueFd connect() const { return support::connect_to(address()); }
  void skip(std::chrono::milliseconds time) { clock_.skip(time); }
  void begin_shutdown() { daemon_->shutdown(); }
  // Whether it was taken; returns when all workers work by it.
  bool reload(base::Result<lb::config::Config> config) {
    next_ = std::move(config);
    std::promise<bool> taken;
    daemon_->reload([&](const base::Result<std::string>& result) { taken.set_value(result.has_value()); });
    return taken.get_future().get();
  }
  // Returns when run() has.
  void join() { thread_.join(); }

  [[nodiscard]] std::string get(const std::string& path) const {
    auto response = support::http_get(*daemon_->admin_address(), path, support::kPatience);
    if (!response) throw std::runtime_error(response.error().message);
    return response->body;
  }
  // The value of one line of /metrics, named with its labels: `connections_total{listener="test"}`.
  [[nodiscard]] double metric(const std::string& name) const {
    const std::string text = get("/metrics");
    const std::string start = "\nkeepstate_lb_" + name + " ";
    const auto at = text.find(start);
    if (at == std::string::npos) throw std::runtime_error("there is no metric " + name + " in:\n" + text);
    return std::stod(text.substr(at + start.size()));
  }
  [[nodiscard]] double closed(const std::string& cause) const {
    return metric(R"(connections_closed_total{listener="test",cause=")" + cause + "\"}");
  }
  // Asks until the metric has the value; a hang is ended by the test's time limit.
  void wait_for(const std::string& name, double value) const {
    while (metric(name) != value) std::this_thread::yield();
  }
  void wait_for_closed(const std::string& cause, double value) const {
    wait_for(R"(connections_closed_total{listener="test",cause=")" + cause + "\"}", value);
  }

 private:
  SkippingClock clock_;
  base::Log log_;
  std::unique_ptr<lb::Daemon> daemon_;
  base::SocketAddress address_;
  base::Result<lb::config::Config> next_ = base::fail("no reload was asked for");
  std::thread thread_;
};

}  // namespace tests::integration
