// What `issue NAME` does. Pure; any thread.
#pragma once

#include "pki/plan/names.h"
#include "pki/plan/problem.h"

namespace pki::plan {

// What becomes of data or tokens that only a lost file opens: the operator's word alone gives them up.
enum class Loss { kRefuse, kAccept };

// Whether losing it loses more than itself: the service-account pair and the encryption configuration.
[[nodiscard]] bool can_be_lost(const Target& target);

// One artefact that is missing is made: a certificate with its key, where that is missing too, and with the kubeconfigs
// that embed it. What is there is a Problem, but for a service-account pair of which a half is lost, where the loss is
// accepted.
[[nodiscard]] PlannedSteps plan_issue(const PkiSpec& spec, const Inventory& inventory, const Moment& moment,
                                      const Target& target, Loss loss = Loss::kRefuse);

}  // namespace pki::plan
