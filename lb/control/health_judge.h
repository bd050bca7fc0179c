// HealthJudge: turns the results of single checks into what a backend is good for: up, draining or down. The very first
// result decides alone, so that a start needs no patience. After that:
//
//   `rise` passes in a row                                -> up
//   `fall` failures in a row                              -> down
//   from up, `fall` results in a row that are no passes   -> draining
//   from down, `rise` results in a row that are no failures -> draining, or up where all passed
//
// A value; one thread.
#pragma once

#include <optional>

#include "lb/backend/condition.h"

namespace lb::control {

// kPassed: as asked for. kNotReady: it answers, but not as asked for. kFailed: silence, refusal, no TLS, garbage.
enum class CheckResult { kPassed, kNotReady, kFailed };

class HealthJudge {
 public:
  // Both at least 1.
  // `verdict`: what is known before the first result.
  HealthJudge(unsigned fall, unsigned rise, std::optional<backend::Condition> verdict = std::nullopt) noexcept
      : fall_(fall), rise_(rise), verdict_(verdict) {}

  // The verdict, when this result has changed it; never kMaintenance.
  [[nodiscard]] std::optional<backend::Condition> judge(CheckResult result) noexcept {
    count(result);
    const backend::Condition before = verdict_.value_or(own_verdict(result));
    const backend::Condition now = verdict_ ? verdict_after(before) : before;
    const bool changed = !verdict_ || now != before;
    verdict_ = now;
    settled_ = own_verdict(result) == now;
    return changed ? verdict_ : std::nullopt;
  }

  // Whether the last result says the same as the verdict; it does not while a change may be under way.
  [[nodiscard]] bool settled() const noexcept { return settled_; }

 private:
  // What the result would mean if it decided alone.
  [[nodiscard]] static backend::Condition own_verdict(CheckResult result) noexcept {
    if (result == CheckResult::kPassed) return backend::Condition::kUp;
    return result == CheckResult::kFailed ? backend::Condition::kDown : backend::Condition::kDraining;
  }
  void count(CheckResult result) noexcept {
    passed_ = result == CheckResult::kPassed ? passed_ + 1 : 0;
    failed_ = result == CheckResult::kFailed ? failed_ + 1 : 0;
    not_passed_ = result == CheckResult::kPassed ? 0 : not_passed_ + 1;
    not_failed_ = result == CheckResult::kFailed ? 0 : not_failed_ + 1;
  }
  [[nodiscard]] backend::Condition verdict_after(backend::Condition before) const noexcept {
    using backend::Condition;
    if (failed_ >= fall_) return Condition::kDown;
    if (passed_ >= rise_) return Condition::kUp;
    if (before == Condition::kUp && not_passed_ >= fall_) return Condition::kDraining;
    if (before == Condition::kDown && not_failed_ >= rise_) return Condition::kDraining;
    return before;
  }

  unsigned fall_;
  unsigned rise_;
  // Results in a row.
  unsigned passed_ = 0;
  unsigned failed_ = 0;
  unsigned not_passed_ = 0;
  unsigned not_failed_ = 0;
  std::optional<backend::Condition> verdict_;
  bool settled_ = true;
};

}  // namespace lb::control
