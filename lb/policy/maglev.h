// Maglev: the client's address decides. The same client comes to the same backend, on every worker, after every restart
// and on every host that has the same backends; when one goes, the clients of the others mostly stay where they are.
//
// The lookup table of D. Eisenbud et al., "Maglev: A Fast and Reliable Software Network Load Balancer" (NSDI 2016,
// s3.4), with turns by weight. Immutable; any thread.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "lb/policy/policy.h"

namespace lb::policy {

class Maglev final : public Policy {
 public:
  // `weights[i]` and `names[i]` belong to the backend with index i; 0 means that it is never picked. Names are what
  // makes tables equal: each backend's own, the same wherever it is listed.
  Maglev(std::span<const std::uint32_t> weights, std::span<const std::string> names);

  // One look into the table; where that backend is excluded another one, at a place that follows from the client as
  // well.
  [[nodiscard]] std::optional<BackendIndex> pick(PickContext& context) const noexcept override;

  // Primes, as the paper has them: over a hundred places for each of 655 backends, respectively of 6,553.
  static constexpr std::uint32_t kPlaces = 65'537;
  static constexpr std::uint32_t kManyPlaces = 655'373;
  [[nodiscard]] std::span<const std::uint32_t> table() const noexcept { return table_; }

 private:
  std::vector<std::uint32_t> table_;  // empty where no weight is positive
};

}  // namespace lb::policy
