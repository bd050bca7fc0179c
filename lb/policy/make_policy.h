// The one place where a policy's name becomes a Policy.
#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <string>

#include "lb/policy/policy.h"
#include "lib/cluster/cluster.h"

namespace lb::policy {

// `weights[i]` is the weight of the backend with index i; 0 means that it is never picked. `names[i]` is its name,
// which decides where maglev's clients go. The result is immutable and may be shared by all threads.
[[nodiscard]] std::unique_ptr<const Policy> make_policy(cluster::PolicyKind kind,
                                                        std::span<const std::uint32_t> weights,
                                                        std::span<const std::string> names);

}  // namespace lb::policy
