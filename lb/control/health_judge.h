// HealthJudge: turns the results of single checks into up and down. `fall` failures in a row make down, `rise`
// successes in a row make up; the very first result decides alone, so that a start needs no patience. A value; one
// thread.
#pragma once

#include <optional>

namespace lb::control {

enum class Verdict { kUp, kDown };

class HealthJudge {
 public:
  // Both at least 1.
  HealthJudge(unsigned fall, unsigned rise) noexcept : fall_(fall), rise_(rise) {}

  // The verdict, when this result has changed it.
  [[nodiscard]] std::optional<Verdict> on_success() noexcept { return on_result(Verdict::kUp, rise_); }
  [[nodiscard]] std::optional<Verdict> on_failure() noexcept { return on_result(Verdict::kDown, fall_); }

 private:
  std::optional<Verdict> on_result(Verdict result, unsigned needed) noexcept {
    if (verdict_ == result) {
      against_ = 0;
      return std::nullopt;
    }
    if (verdict_ && ++against_ < needed) return std::nullopt;
    against_ = 0;
    verdict_ = result;
    return result;
  }

  unsigned fall_;
  unsigned rise_;
  unsigned against_ = 0;  // results in a row that speak against the verdict
  std::optional<Verdict> verdict_;
};

}  // namespace lb::control
