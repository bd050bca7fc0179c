// HealthChecker: asks every backend again and again whether it is there, and tells the controller what follows.
// Control loop's thread only.
#pragma once

#include <memory>
#include <vector>

#include "lb/control/controller.h"
#include "lb/net/event_loop.h"
#include "lib/base/clock.h"

namespace lb::control {

class HealthChecker {
 public:
  // Begins at once. All outlive it.
  HealthChecker(net::EventLoop& loop, Controller& controller, const base::Clock& clock);
  ~HealthChecker();
  HealthChecker(const HealthChecker&) = delete;
  HealthChecker& operator=(const HealthChecker&) = delete;

 private:
  class Check;  // of one backend

  std::vector<std::unique_ptr<Check>> checks_;
};

}  // namespace lb::control
