#include "lb/policy/make_policy.h"

#include <cstdlib>

#include "lb/policy/least_connections.h"
#include "lb/policy/maglev.h"
#include "lb/policy/round_robin.h"
#include "lb/policy/weighted_random.h"

namespace lb::policy {

std::unique_ptr<const Policy> make_policy(cluster::PolicyKind kind, std::span<const std::uint32_t> weights,
                                          std::span<const std::string> names) {
  switch (kind) {  // no default, so that the compiler names the policy that was forgotten
    case cluster::PolicyKind::kWeightedRandom:
      return std::make_unique<const WeightedRandom>(weights);
    case cluster::PolicyKind::kRoundRobin:
      return std::make_unique<const RoundRobin>(weights);
    case cluster::PolicyKind::kLeastConnections:
      return std::make_unique<const LeastConnections>(weights);
    case cluster::PolicyKind::kMaglev:
      return std::make_unique<const Maglev>(weights, names);
  }
  std::abort();  // no value of the enumeration comes here
}

}  // namespace lb::policy
