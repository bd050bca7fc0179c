// The rules over several keys of spec.pki. Any thread.
#pragma once

#include "lib/cluster/findings.h"
#include "lib/cluster/pki.h"

namespace cluster {

void validate_pki(const Pki& pki, Findings& findings);

}  // namespace cluster
