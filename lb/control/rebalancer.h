// Rebalancer: after a rolling restart all sessions sit on the backends that came back first. Where it is enabled, this
// closes what a backend has too many, a few a second and the quietest first, so that their clients come back and are
// spread anew. It can cut a quiet exec or port-forward: the API server's own --goaway-chance is the gentler remedy
// (docs/reliability.md). Control loop's thread only.
#pragma once

#include <functional>
#include <map>
#include <vector>

#include "lb/control/controller.h"
#include "lb/control/imbalance.h"
#include "lb/net/event_loop.h"
#include "lb/net/timer.h"
#include "lb/proxy/worker.h"

namespace lb::control {

class Rebalancer {
 public:
  // Asks one worker to look at its sessions of a listener, and to close some.
  using Ask = std::function<void(std::size_t worker, const proxy::SurplusOrder& order)>;

  // Begins at once, where a listener wants it. All outlive it.
  Rebalancer(net::EventLoop& loop, const Controller& controller, std::size_t workers, Ask ask);

  // The controller's listeners have changed.
  void reconcile();
  // Once a second; its own timer does so.
  void look();

 private:
  // Those that were closed come back as new sessions. Until they have, others are not to pay for it.
  struct Wait {
    std::uint64_t sessions = 0;  // that there were before
    int looks_left = 0;
  };

  void look_at(std::size_t listener);
  [[nodiscard]] bool have_come_back(std::uint64_t listener, std::uint64_t sessions);

  const Controller& controller_;
  std::size_t workers_;
  std::map<std::uint64_t, Wait> waits_;  // by the listener's id
  std::size_t asked_last_ = 0;
  Ask ask_;
  net::Timer timer_;
};

// The backends of a listener that are up, and nobody else: their weights are 0.
[[nodiscard]] std::vector<Load> loads_of(const ListenerView& listener);

}  // namespace lb::control
