// HealthChecker: asks every backend again and again whether it is there and ready, and tells the controller what
// follows. Control loop's thread only.
//
// Results that are no passes are thrown away, and asked for again at once, when the control loop itself ran late.
#pragma once

#include <memory>
#include <vector>

#include "lb/control/controller.h"
#include "lb/control/lateness.h"
#include "lb/control/tls_contexts.h"
#include "lb/net/event_loop.h"
#include "lb/net/timer.h"
#include "lib/base/clock.h"
#include "lib/base/random.h"

namespace lb::control {

class HealthChecker {
 public:
  // Begins at once. `tls` is that of the controller's listeners. The loop, the controller and the clock outlive it.
  HealthChecker(net::EventLoop& loop, Controller& controller, TlsContexts tls, base::Random random,
                const base::Clock& clock);
  ~HealthChecker();
  HealthChecker(const HealthChecker&) = delete;
  HealthChecker& operator=(const HealthChecker&) = delete;

  // The controller's listeners have changed. Checks of backends that are still there go on, with the new files; where
  // what they are to ask has changed, they begin anew, and what was known of the backend stands until they know better.
  void reconcile(TlsContexts tls);

 private:
  class Check;  // of one backend

  [[nodiscard]] std::unique_ptr<Check> check_for(BackendId id);
  void on_down(BackendId id) noexcept;
  void on_passed(std::size_t listener) noexcept;
  void beat() noexcept;

  net::EventLoop& loop_;
  Controller& controller_;
  const base::Clock& clock_;
  TlsContexts tls_;
  base::Random random_;
  Lateness lateness_;
  net::Timer heartbeat_;
  std::vector<std::unique_ptr<Check>> checks_;
};

}  // namespace lb::control
