#include "lb/control/health_checker.h"

#include <algorithm>
#include <string>

#include "lb/control/health_judge.h"
#include "lb/net/connector.h"
#include "lb/net/socket.h"
#include "lb/net/timer.h"
#include "lib/base/result.h"

namespace lb::control {

class HealthChecker::Check {
 public:
  Check(net::EventLoop& loop, Controller& controller, const base::Clock& clock, BackendId id)
      : controller_(controller),
        clock_(clock),
        id_(id),
        settings_(controller.listeners()[id.listener].config.health_check),
        judge_(settings_.fall, settings_.rise),
        connector_(loop, [this](int error) { on_result(error); }),
        timer_(loop, [this] { begin(); }) {
    begin();
  }

 private:
  void begin() {
    begun_ = clock_.now();
    const auto& backend = controller_.listeners()[id_.listener].backends[id_.backend];
    connector_.start(backend.state->address(), settings_.timeout);
  }

  void on_result(int error) {
    plan_next();
    if (net::is_out_of_resources(error)) return;  // this host's trouble; it says nothing about the backend
    const auto verdict = error == 0 ? judge_.on_success() : judge_.on_failure();
    if (!verdict) return;
    const std::string reason = error == 0 ? "connect succeeded" : "connect: " + base::errno_text(error);
    *verdict == Verdict::kUp ? controller_.set_up(id_, reason) : controller_.set_down(id_, reason);
  }

  // The interval goes from start to start; a check that took longer is followed by the next one at once.
  void plan_next() {
    const auto took = std::chrono::duration_cast<std::chrono::milliseconds>(clock_.now() - begun_);
    timer_.start(std::max(settings_.interval - took, std::chrono::milliseconds{0}));
  }

  Controller& controller_;
  const base::Clock& clock_;
  BackendId id_;
  base::SteadyTime begun_;
  cluster::HealthCheck settings_;
  HealthJudge judge_;
  net::Connector connector_;
  net::Timer timer_;
};

HealthChecker::HealthChecker(net::EventLoop& loop, Controller& controller, const base::Clock& clock) {
  const auto& listeners = controller.listeners();
  for (std::size_t listener = 0; listener < listeners.size(); ++listener) {
    if (listeners[listener].config.health_check.kind == cluster::HealthCheckKind::kNone) continue;
    for (std::size_t backend = 0; backend < listeners[listener].backends.size(); ++backend) {
      checks_.push_back(std::make_unique<Check>(loop, controller, clock, BackendId{listener, backend}));
    }
  }
}

HealthChecker::~HealthChecker() = default;

}  // namespace lb::control
