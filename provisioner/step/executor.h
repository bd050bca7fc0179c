// carry_out: does what a Plan says. The only place that turns plans into deeds. A failure ends its own change (whose
// finished steps stay or are undone, as the change wants it), those of the same machine, and all later phases; other
// machines go on.
#pragma once

#include <atomic>
#include <string>
#include <vector>

#include "provisioner/step/change.h"
#include "provisioner/step/watcher.h"

namespace provisioner::step {

struct FailedChange {
  std::string kind;
  std::string name;
  std::string machine;
  base::Error error;
};

struct Outcome {
  std::vector<FailedChange> failures;
  unsigned done = 0;
  unsigned left = 0;  // not begun, because of a failure or an interruption

  [[nodiscard]] bool ok() const noexcept { return failures.empty() && left == 0; }
};

struct Team {
  Host& host;
  Ledger& ledger;
  Watcher& watcher;
  const std::atomic<bool>& interrupted;  // set by somebody else: no further step begins
  unsigned threads = 1;                  // machines at a time
};

// Each step is carried out at most once, so a Plan serves for one call.
[[nodiscard]] Outcome carry_out(Plan& plan, const Team& team);

}  // namespace provisioner::step
