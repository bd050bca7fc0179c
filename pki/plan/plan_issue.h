// What `issue NAME` does. Pure; any thread.
#pragma once

#include "pki/plan/names.h"
#include "pki/plan/problem.h"

namespace pki::plan {

// One artefact that is missing is made: a certificate with its key, where that is missing too, and with the kubeconfigs
// that embed it. What is there is a Problem.
[[nodiscard]] PlannedSteps plan_issue(const PkiSpec& spec, const Inventory& inventory, const Moment& moment,
                                      const Target& target);

}  // namespace pki::plan
