// LeastConnections: the backend with the fewest sessions for its weight, over all workers. Up to kFew backends all are
// looked at; above that two are drawn by weight and the better one is taken, which keeps the fullest nearly as low at a
// constant price (M. Mitzenmacher, "The Power of Two Choices in Randomized Load Balancing", IEEE TPDS 12(10), 2001).
// Immutable; any thread.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include "lb/policy/alias_table.h"
#include "lb/policy/policy.h"

namespace lb::policy {

class LeastConnections final : public Policy {
 public:
  // `weights[i]` belongs to the backend with index i; 0 means that it is never picked.
  explicit LeastConnections(std::span<const std::uint32_t> weights);

  // Needs context.backends. Of equally good ones one at random. The counts of other workers may be a moment old.
  [[nodiscard]] std::optional<BackendIndex> pick(PickContext& context) const noexcept override;

  static constexpr std::size_t kFew = 16;

 private:
  // What a backend would carry with one session more: compared by cross multiplication, so nothing is rounded.
  struct Load {
    std::uint64_t sessions;
    std::uint32_t weight;
    [[nodiscard]] bool below(const Load& other) const noexcept {
      return sessions * other.weight < other.sessions * weight;
    }
  };
  [[nodiscard]] Load load_of(const PickContext& context, std::uint32_t index) const noexcept;
  [[nodiscard]] std::optional<BackendIndex> pick_of_all(PickContext& context) const noexcept;
  [[nodiscard]] std::optional<BackendIndex> pick_of_two(PickContext& context) const noexcept;
  [[nodiscard]] std::optional<std::uint32_t> draw(PickContext& context,
                                                  std::optional<std::uint32_t> other) const noexcept;

  std::vector<std::uint32_t> weights_;
  std::optional<AliasTable> table_;  // where there are more than a few
};

}  // namespace lb::policy
