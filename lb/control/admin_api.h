// AdminApi: what the daemon answers on its admin address and its control socket (docs/admin_api.md).
//
//   GET  /                               a page to look at (status_page.h)
//   GET  /metrics /livez /readyz         Prometheus text; alive; ready: not while shutting down, and not while a
//                                        listener has no backend up
//   GET  /v1/status /v1/backends /v1/sessions /v1/config /v1/sticky /v1/explain
//   PATCH /v1/backends/LISTENER/BACKEND, POST /v1/reload /v1/upgrade
//
// Nothing here waits: what workers have to do is answered when they have done it. Control loop's thread only.
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "lb/config/config.h"
#include "lb/control/admin_access.h"
#include "lb/control/controller.h"
#include "lb/control/metrics_exporter.h"
#include "lb/control/session_listing.h"
#include "lb/control/status_json.h"
#include "lb/net/http_message.h"
#include "lb/proxy/worker_stats.h"
#include "lib/base/clock.h"
#include "lib/base/result.h"

namespace lb::control {

class AdminApi {
 public:
  using Sessions = SessionListing::Sessions;
  // What it works with; all that is referred to outlives it.
  struct Parts {
    Controller& controller;
    const MetricsExporter& metrics;
    const std::vector<std::unique_ptr<proxy::WorkerStats>>& workers;
    const base::Clock& clock;
    std::string version;
    std::function<base::WallTime()> wall;
    std::function<config::Config()> config;  // as it runs; its listeners are the controller's
    std::function<ReloadStatus()> last_reload;
    // Asks the workers for their longest sessions and calls back on the control loop.
    SessionListing::Ask list_sessions;
    std::function<std::string()> host_name = [] { return std::string(); };  // what this machine calls itself
  };
  // Calls back on the control loop, now or later: with what was done, once every worker works by it, or with an error
  // that says why it was not.
  using Told = std::function<void(const base::Result<std::string>&)>;
  using Order = std::function<void(Told)>;

  explicit AdminApi(Parts parts);

  void answer(const net::HttpRequest& request, const net::HttpReply& reply);

  // Without one, the order is one that is not implemented here.
  void reload_by(Order order) { reload_ = std::move(order); }
  void upgrade_by(Order order) { upgrade_ = std::move(order); }
  // Who shows it on the TCP address may change things.
  void set_token(std::optional<std::string> token) { access_.set_token(std::move(token)); }
  // An upgrade is under way: the next process has been told already how things are, and a change would be lost.
  void refuse_changes_while(std::function<bool()> upgrading) { upgrading_ = std::move(upgrading); }
  // Processes that still end their sessions after an upgrade.
  void note_old_processes(std::uint64_t count) noexcept { old_processes_ = count; }
  // From now on not ready.
  void note_shutdown() noexcept { shutting_down_ = true; }

 private:
  struct Route;
  // Null: nothing is there.
  [[nodiscard]] static const Route* route_of(std::string_view path);
  [[nodiscard]] static std::optional<std::string> unknown_parameter(const net::HttpRequest& request,
                                                                    const Route& route);
  [[nodiscard]] std::optional<net::HttpResponse> refusal_of_host(const net::HttpRequest& request) const;
  [[nodiscard]] std::string not_ready_because() const;
  [[nodiscard]] DaemonFacts facts() const;

  using Request = net::HttpRequest;
  using Reply = net::HttpReply;
  void send_page(const Request& request, const Reply& reply);
  void send_metrics(const Request& request, const Reply& reply);
  void send_livez(const Request& request, const Reply& reply);
  void send_readyz(const Request& request, const Reply& reply);
  void send_status(const Request& request, const Reply& reply);
  void send_backends(const Request& request, const Reply& reply);
  void send_config(const Request& request, const Reply& reply);
  void send_sticky(const Request& request, const Reply& reply);
  void send_explanation(const Request& request, const Reply& reply);
  void list_sessions(const Request& request, const Reply& reply);
  void change_backend(const Request& request, const Reply& reply);
  void reload(const Request& request, const Reply& reply);
  void upgrade(const Request& request, const Reply& reply);

  Parts parts_;
  SessionListing listing_;
  AdminAccess access_;
  Order reload_;
  Order upgrade_;
  std::function<bool()> upgrading_;
  std::uint64_t old_processes_ = 0;
  base::SteadyTime started_;
  bool shutting_down_ = false;
};

}  // namespace lb::control
