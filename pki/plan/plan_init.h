// What `init` does to a folder, and what `plan` tells. Pure; any thread.
#pragma once

#include "pki/plan/problem.h"

namespace pki::plan {

// All that is missing is made. Whatever is there and does not serve is a Problem: init replaces nothing, but for
// kubeconfigs whose certificate it makes anew.
[[nodiscard]] PlannedSteps plan_init(const PkiSpec& spec, const Inventory& inventory, const Moment& moment);

// What init and renew would do together; what needs the operator is left as it is.
[[nodiscard]] Steps plan_all(const PkiSpec& spec, const Inventory& inventory, const Moment& moment);

}  // namespace pki::plan
