#include "lb/control/passive_judge.h"

#include <fmt/format.h>

#include <utility>

namespace lb::control {

std::optional<std::string> PassiveJudge::observe(const Totals& now) {
  const Totals before = std::exchange(seen_, now);
  answered_ = now.answers > before.answers;
  // What came first within one look is not known: an answer speaks for the backend.
  silences_ = answered_ ? 0 : silences_ + (now.silences - before.silences);
  failures_ = answered_ ? 0 : failures_ + (now.failures - before.failures);
  if (settings_.silent > 0 && silences_ >= settings_.silent) {
    return fmt::format("{} connections in a row got no answer in time", silences_);
  }
  if (settings_.failures > 0 && failures_ >= settings_.failures) {
    return fmt::format("{} connections in a row were refused or reset", failures_);
  }
  return std::nullopt;
}

void PassiveJudge::forget(const Totals& now) noexcept {
  seen_ = now;
  silences_ = failures_ = 0;
  answered_ = false;
}

}  // namespace lb::control
