// Who takes new sessions, and how many of them: what a published pool means, for people. Pure; any thread.
#pragma once

#include <optional>
#include <vector>

#include "lb/backend/condition.h"
#include "lb/snapshot/snapshot.h"

namespace lb::control {

struct Shares {
  // The condition of those that new sessions go to; unset: there is none, and clients are reset.
  std::optional<backend::Condition> tier;
  std::vector<double> by_backend;  // of all new sessions, by weight; 0 for those that take none
};

[[nodiscard]] Shares shares_of(const snapshot::Pool& pool);

}  // namespace lb::control
