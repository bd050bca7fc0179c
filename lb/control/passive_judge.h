// PassiveJudge: what clients' own connections tell of one backend. Fed with what has been counted so far, it finds the
// streaks in it: connections refused or ended early, and first bytes that did not come, one after the other with no
// answer between. A value; one thread.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "lib/cluster/cluster.h"

namespace lb::control {

class PassiveJudge {
 public:
  // Sums over all workers, since the daemon's start.
  struct Totals {
    std::uint64_t answers = 0;
    std::uint64_t silences = 0;
    std::uint64_t failures = 0;
  };

  explicit PassiveJudge(const cluster::Passive& settings) noexcept : settings_(settings) {}

  // Why the backend is to be ejected, if it is.
  [[nodiscard]] std::optional<std::string> observe(const Totals& now);
  // Streaks begin anew: after an ejection, or when what was counted since cannot be trusted.
  void forget(const Totals& now) noexcept;
  // Whether it has answered anybody since the last look.
  [[nodiscard]] bool answered() const noexcept { return answered_; }

 private:
  cluster::Passive settings_;
  Totals seen_;
  std::uint64_t silences_ = 0;  // in a row
  std::uint64_t failures_ = 0;  // in a row
  bool answered_ = false;
};

}  // namespace lb::control
