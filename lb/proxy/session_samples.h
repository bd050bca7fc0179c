// SessionSamples: what a worker notes of its sessions where a listener rebalances: since when it has known each, and
// how much it has moved in the last minute. Sampled from time to time, so that sessions pay nothing for it themselves.
// Worker's thread only.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <unordered_map>
#include <vector>

#include "lb/backend/backend_state.h"
#include "lb/net/deadline_wheel.h"
#include "lb/proxy/session.h"

namespace lb::proxy {

// What control wants of a worker, once a second, where a listener rebalances.
struct SurplusOrder {
  std::uint64_t listener = 0;                      // its id
  const backend::BackendState* backend = nullptr;  // null: nobody of this worker has too many
  std::size_t sessions = 0;                        // so many at most are to be closed
  std::chrono::milliseconds least_age{};
  bool dry_run = false;  // they are counted only
};

class SessionSamples {
 public:
  // Between two samples of a session that count; more of them change nothing.
  static constexpr std::chrono::seconds kInterval{30};

  void take(Session& session, net::Tick now);
  void forget(const Session& session) noexcept { samples_.erase(&session); }
  [[nodiscard]] std::size_t size() const noexcept { return samples_.size(); }

  // Sessions of this backend that have been known for `least_age`, at most `most` of them; those first that have moved
  // the fewest bytes in the last minute (the last 30 to 60 s, as samples fall).
  [[nodiscard]] std::vector<Session*> quietest(const backend::BackendState& backend, net::Tick now,
                                               std::chrono::milliseconds least_age, std::size_t most) const;

 private:
  struct Sample {
    Session* session;
    net::Tick first;  // when it was seen for the first time
    net::Tick newer;
    std::uint64_t bytes_older;
    std::uint64_t bytes_newer;
  };
  std::unordered_map<const Session*, Sample> samples_;
};

}  // namespace lb::proxy
