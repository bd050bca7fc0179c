// Scenario: which faults come, what clients do meanwhile and what they may expect. Values; any thread.
#pragma once

#include <chrono>
#include <cstdint>
#include <string_view>
#include <vector>

#include "tests/chaos/clients.h"
#include "tests/chaos/measures.h"
#include "tests/chaos/schedule.h"

namespace tests::chaos {

enum class ScenarioKind {
  kChaos,   // what the seed draws, one server at a time
  kQuorum,  // etcd's quorum is lost for 20 s
  kLoss,    // 2 % of all packets are lost for 30 s
};

struct Scenario {
  std::string_view name;
  std::vector<PlannedFault> faults;
  ClientPlan clients;
  Bounds bounds;
};

// `duration` and the seed are for kChaos; the others always take the same course.
[[nodiscard]] Scenario make_scenario(ScenarioKind kind, std::uint64_t seed, std::chrono::milliseconds duration);

}  // namespace tests::chaos
