// The order of faults that a seed draws. A pure function; any thread.
#pragma once

#include <chrono>
#include <cstdint>
#include <vector>

#include "tests/chaos/fault.h"

namespace tests::chaos {

struct PlannedFault {
  std::chrono::milliseconds calm;  // before it
  FaultKind kind;
  std::size_t server;
  std::chrono::milliseconds lasts;
};

// As many as fit into `duration`, with a calm behind the last. Each kind comes once before one comes again, as cards
// from a shuffled deck, so that a short run meets different ones.
[[nodiscard]] std::vector<PlannedFault> draw_faults(std::uint64_t seed, std::chrono::milliseconds duration);

}  // namespace tests::chaos
