#include "tests/chaos/scenario.h"

namespace tests::chaos {
namespace {

using namespace std::chrono_literals;

constexpr std::size_t kBodyUnderLoss = 65'536;  // enough packets for each connection to lose some

Scenario quorum() {
  return {"etcd's quorum lost", {{5s, FaultKind::kQuorumLost, kAllServers, 20s}}, {}, {}};
}

// A SYN that is lost costs the client's own kernel a second, the next two more, the next four: with 5 s one in 20,000
// connections would fail before the balancer had heard of it, and how long one takes says nothing of the balancer.
Scenario loss() {
  Scenario scenario{"2 % loss", {{2s, FaultKind::kLoss, kAllServers, 30s}}, {}, {}};
  scenario.clients.body = kBodyUnderLoss;
  scenario.clients.limit = 20s;
  scenario.bounds.slowest.reset();
  scenario.bounds.slowest_stopped.reset();
  return scenario;
}

}  // namespace

Scenario make_scenario(ScenarioKind kind, std::uint64_t seed, std::chrono::milliseconds duration) {
  switch (kind) {
    case ScenarioKind::kChaos:
      return {"chaos", draw_faults(seed, duration), {}, {}};
    case ScenarioKind::kQuorum:
      return quorum();
    case ScenarioKind::kLoss:
      return loss();
  }
  return {};
}

}  // namespace tests::chaos
