#include "lb/control/imbalance.h"

#include <algorithm>

namespace lb::control {
namespace {

constexpr double kHundred = 100;

// What each unit of weight has, were all even.
double sessions_a_weight(std::span<const Load> loads) noexcept {
  std::uint64_t active = 0;
  std::uint64_t weight = 0;
  for (const Load& load : loads) {
    if (load.weight > 0) active += load.active;
    weight += load.weight;
  }
  return weight == 0 ? 0 : static_cast<double>(active) / static_cast<double>(weight);
}

}  // namespace

double imbalance_ratio(std::span<const Load> loads) noexcept {
  const double even = sessions_a_weight(loads);
  double most = 0;
  for (const Load& load : loads) {
    if (load.weight == 0 || even == 0) continue;
    const double share = even * load.weight;
    most = std::max(most, (static_cast<double>(load.active) - share) / share);
  }
  return most;
}

std::optional<Surplus> worst_surplus(std::span<const Load> loads, unsigned threshold) noexcept {
  const double even = sessions_a_weight(loads);
  Surplus worst;
  for (std::size_t i = 0; i < loads.size(); ++i) {
    if (loads[i].weight == 0) continue;
    const double allowed = even * loads[i].weight * (kHundred + threshold) / kHundred;
    const double surplus = static_cast<double>(loads[i].active) - allowed;
    if (surplus >= 1 && static_cast<std::uint64_t>(surplus) > worst.sessions) {
      worst = {.backend = i, .sessions = static_cast<std::uint64_t>(surplus)};
    }
  }
  return worst.sessions == 0 ? std::nullopt : std::optional(worst);
}

}  // namespace lb::control
