#include "lb/proxy/hedge_budget.h"

#include <algorithm>

namespace lb::proxy {
namespace {

constexpr net::Tick kTicksASecond = std::chrono::seconds{1} / net::kTick;
constexpr std::uint32_t kConnectionsAHedge = 5;

}  // namespace

bool HedgeBudget::has_any(net::Tick now) noexcept {
  const Second& current = second_of(now);
  std::uint32_t connections = 0;
  std::uint32_t hedges = 0;
  for (const Second& second : seconds_) {
    if (current.number - second.number >= kSeconds) continue;  // its place was not used again since
    connections += second.connections;
    hedges += second.hedges;
  }
  return hedges < std::max(least_, connections / kConnectionsAHedge);
}

HedgeBudget::Second& HedgeBudget::second_of(net::Tick now) noexcept {
  const std::uint32_t number = now / kTicksASecond;
  Second& second = seconds_[number % kSeconds];
  if (second.number != number) second = {.number = number};
  return second;
}

}  // namespace lb::proxy
