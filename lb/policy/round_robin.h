// RoundRobin: every backend in turn, the heavier ones more often, and no burst of one of them: the turns of a round are
// laid out once, evenly. Each worker goes its own round. Immutable; any thread.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include "lb/policy/policy.h"

namespace lb::policy {

class RoundRobin final : public Policy {
 public:
  // `weights[i]` belongs to the backend with index i; 0 means that it is never picked.
  explicit RoundRobin(std::span<const std::uint32_t> weights);

  // A second try, with backends excluded, is drawn by weight and takes nobody's turn: else a sick backend among few
  // would come first for every client.
  [[nodiscard]] std::optional<BackendIndex> pick(PickContext& context) const noexcept override;

  // One round. Each backend has as many turns as its weight, divided by what all weights have in common; where that is
  // more than kMostTurns, proportionally fewer, and at least one.
  [[nodiscard]] std::span<const std::uint32_t> turns() const noexcept { return turns_; }
  static constexpr std::uint64_t kMostTurns = 65'536;

 private:
  std::vector<std::uint32_t> weights_;
  std::vector<std::uint32_t> turns_;
};

}  // namespace lb::policy
