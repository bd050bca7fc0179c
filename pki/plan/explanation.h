// Why a file of a PKI is there and why it says what it says, with the lab of Kubernetes the Hard Way that wants it, for
// people. Pure; any thread.
#pragma once

#include <string>

#include "pki/plan/names.h"
#include "pki/plan/pki_spec.h"

namespace pki::plan {

[[nodiscard]] std::string explain(const PkiSpec& spec, const Target& target);

}  // namespace pki::plan
