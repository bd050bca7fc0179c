// SessionListing: asks the workers for their longest sessions, for all who want to know. A worker looks at every
// session of its own for that, so one listing is under way at a time, however many ask: who comes meanwhile shares the
// next one. Control loop's thread only.
#pragma once

#include <algorithm>
#include <cstddef>
#include <functional>
#include <memory>
#include <utility>
#include <vector>

#include "lb/proxy/session_info.h"

namespace lb::control {

class SessionListing {
 public:
  using Sessions = std::vector<proxy::SessionInfo>;
  using Done = std::function<void(const Sessions&)>;
  // Calls back on the control loop, once, unless everything ends before.
  using Ask = std::function<void(std::size_t most, std::function<void(Sessions)>)>;
  static constexpr std::size_t kMostWaiting = 64;

  explicit SessionListing(Ask ask) : state_(std::make_shared<State>(std::move(ask))) {}

  // `done` gets the longest sessions, at least `most` of each worker's where there are as many. False: too many wait
  // already, and `done` is never called.
  [[nodiscard]] bool list(std::size_t most, Done done) {
    if (state_->next.waiting.size() >= kMostWaiting) return false;
    state_->next.most = std::max(state_->next.most, most);
    state_->next.waiting.push_back(std::move(done));
    if (!state_->is_under_way) begin(state_);
    return true;
  }

 private:
  struct Batch {
    std::size_t most = 0;
    std::vector<Done> waiting;
  };
  struct State {
    explicit State(Ask a) : ask(std::move(a)) {}
    Ask ask;
    bool is_under_way = false;
    Batch next;
  };

  static void begin(const std::shared_ptr<State>& state) {
    if (state->next.waiting.empty()) return;
    state->is_under_way = true;
    auto batch = std::make_shared<Batch>(std::exchange(state->next, {}));
    state->ask(batch->most, [batch, listing = std::weak_ptr(state)](const Sessions& sessions) {
      const auto alive = listing.lock();
      if (!alive) return;
      alive->is_under_way = false;
      for (const Done& done : batch->waiting) done(sessions);
      if (!alive->is_under_way) begin(alive);
    });
  }

  std::shared_ptr<State> state_;
};

}  // namespace lb::control
