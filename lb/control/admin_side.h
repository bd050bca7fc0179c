// AdminSide: the daemon's doors for operators, Prometheus and browsers: the admin address and the control socket, and
// what answers there. Control loop's thread only.
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>

#include "lb/access_log/writer.h"
#include "lb/config/config.h"
#include "lb/control/admin_api.h"
#include "lb/control/handover.h"
#include "lb/control/metrics_exporter.h"
#include "lb/control/reloader.h"
#include "lb/net/http_server.h"
#include "lb/net/mailbox.h"
#include "lb/net/unix_socket.h"
#include "lb/proxy/worker_group.h"
#include "lib/base/clock.h"
#include "lib/base/counter.h"
#include "lib/base/log.h"
#include "lib/base/result.h"
#include "lib/base/socket_address.h"

namespace lb::control {

class AdminSide {
 public:
  // All outlive it.
  struct Parts {
    net::EventLoop& loop;
    net::Mailbox& mailbox;
    Controller& controller;
    proxy::WorkerGroup& workers;
    const Reloader& reloader;
    const base::Gauge& control_lag;
    const access_log::Writer* access_log;  // null: there is none
    const base::Clock& clock;
    const base::Log& log;
    std::string version;
    std::function<std::size_t()> old_processes;
  };
  AdminSide(Parts parts, const config::Config& config);

  // As the config says, by the sockets of the process before this one where it had the same.
  [[nodiscard]] base::Result<void> listen(const config::Config& config, Handover& handover);

  // This process serves now, so the sockets' files are its own to remove, also the one of the process before that the
  // config no longer names.
  void own_files();

  // Who may change things by the admin address: read before a config is taken, used once it is.
  using Token = std::optional<AdminToken>;
  [[nodiscard]] static base::Result<Token> read_token(const config::Config& config);
  void use_token(const Token& token);

  [[nodiscard]] AdminApi& api() noexcept { return api_; }
  [[nodiscard]] net::HttpServer& server() noexcept { return server_; }
  // Where it really listens; unset: only on the control socket.
  [[nodiscard]] std::optional<base::SocketAddress> address() const noexcept { return address_; }

 private:
  [[nodiscard]] base::Result<void> listen_on_socket(const std::string& path, Handover& handover);
  [[nodiscard]] config::Config running_config() const;
  void list_sessions(std::size_t most, std::function<void(AdminApi::Sessions)> done);

  Parts parts_;
  bool reuse_sockets_;
  std::optional<std::string> socket_;
  std::optional<base::SocketAddress> address_;
  net::SocketFile abandoned_;  // of the process before
  MetricsExporter metrics_;
  AdminApi api_;
  net::HttpServer server_;
};

}  // namespace lb::control
