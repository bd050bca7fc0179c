// AdminApi: what the daemon answers on its admin address and its control socket.
//
//   GET /metrics   Prometheus text
//   GET /livez     200 as long as the control loop runs
//   GET /readyz    200 when clients are served: not while shutting down, and not while a listener has no backend up
//
// Control loop's thread only.
#pragma once

#include "lb/control/controller.h"
#include "lb/control/metrics_exporter.h"
#include "lb/net/http_server.h"

namespace lb::control {

class AdminApi {
 public:
  // Both outlive it.
  AdminApi(const Controller& controller, const MetricsExporter& metrics) : controller_(controller), metrics_(metrics) {}

  [[nodiscard]] net::HttpResponse answer(const net::HttpRequest& request) const;
  // From now on not ready.
  void note_shutdown() noexcept { shutting_down_ = true; }

 private:
  [[nodiscard]] net::HttpResponse readiness() const;

  const Controller& controller_;
  const MetricsExporter& metrics_;
  bool shutting_down_ = false;
};

}  // namespace lb::control
