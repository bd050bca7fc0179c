// What `renew` does. Pure; any thread.
#pragma once

#include <vector>

#include "pki/plan/names.h"
#include "pki/plan/problem.h"

namespace pki::plan {

struct RenewRequest {
  std::vector<Target> targets;  // empty: all that is due or broken
  KeyWish key = KeyWish::kKeep;
};

// Certificates are issued again, and the kubeconfigs that embed them written anew. What is missing is left to init.
[[nodiscard]] PlannedSteps plan_renew(const PkiSpec& spec, const Inventory& inventory, const Moment& moment,
                                      const RenewRequest& request);

}  // namespace pki::plan
