#include "lb/policy/round_robin.h"

#include <algorithm>
#include <cmath>
#include <numbers>
#include <numeric>
#include <utility>

#include "lb/policy/the_rest.h"

namespace lb::policy {
namespace {

// How many turns of a round each backend has.
std::vector<std::uint32_t> turns_each(std::span<const std::uint32_t> weights) {
  std::uint32_t common = 0;
  std::uint64_t sum = 0;
  for (const std::uint32_t weight : weights) {
    common = std::gcd(common, weight);
    sum += weight;
  }
  std::vector<std::uint32_t> turns(weights.size());
  for (std::size_t i = 0; i < weights.size() && sum > 0; ++i) {
    if (sum / common <= RoundRobin::kMostTurns) {
      turns[i] = weights[i] / common;
    } else if (weights[i] > 0) {
      const auto share = static_cast<double>(weights[i]) / static_cast<double>(sum);
      turns[i] = std::max(static_cast<std::uint32_t>(std::lround(share * RoundRobin::kMostTurns)), 1U);
    }
  }
  return turns;
}

// Backend i's turns are spread evenly over the round. Where they begin differs by the golden ratio from one backend to
// the next, so that those of equal weight do not all want the same place (Knuth, TAOCP 3, s6.4: the points i * phi mod
// 1 keep away from each other).
std::vector<std::uint32_t> lay_out(const std::vector<std::uint32_t>& turns) {
  std::vector<std::pair<double, std::uint32_t>> wanted;
  wanted.reserve(std::accumulate(turns.begin(), turns.end(), std::size_t{0}));
  for (std::uint32_t i = 0; i < turns.size(); ++i) {
    const double shifted = i * (std::numbers::phi - 1);
    const double begin = shifted - std::floor(shifted);
    for (std::uint32_t turn = 0; turn < turns[i]; ++turn) wanted.emplace_back((turn + begin) / turns[i], i);
  }
  std::ranges::sort(wanted);
  std::vector<std::uint32_t> round;
  round.reserve(wanted.size());
  for (const auto& [place, backend] : wanted) round.push_back(backend);
  return round;
}

}  // namespace

RoundRobin::RoundRobin(std::span<const std::uint32_t> weights)
    : weights_(weights.begin(), weights.end()), turns_(lay_out(turns_each(weights))) {}

std::optional<BackendIndex> RoundRobin::pick(PickContext& context) const noexcept {
  if (turns_.empty()) return std::nullopt;
  if (!context.excluded.empty()) return pick_of_the_rest(weights_, context);
  const auto size = static_cast<std::uint32_t>(turns_.size());
  const std::uint32_t turn = context.cursor < size ? context.cursor : context.cursor % size;
  context.cursor = turn + 1 < size ? turn + 1 : 0;
  return BackendIndex{turns_[turn]};
}

}  // namespace lb::policy
