#include "lb/policy/make_policy.h"

#include <cstdlib>

#include "lb/policy/weighted_random.h"

namespace lb::policy {

std::unique_ptr<const Policy> make_policy(cluster::PolicyKind kind, std::span<const std::uint32_t> weights) {
  switch (kind) {  // no default, so that the compiler names the policy that was forgotten
    case cluster::PolicyKind::kWeightedRandom:
      return std::make_unique<const WeightedRandom>(weights);
  }
  std::abort();  // no value of the enumeration comes here
}

}  // namespace lb::policy
