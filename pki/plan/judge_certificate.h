// Judging keys and certificates; judge.h puts it together. Pure; any thread.
#pragma once

#include <vector>

#include "pki/plan/judge.h"

namespace pki::plan {

[[nodiscard]] std::vector<Reason> judge_authority(const PkiSpec& spec, const Inventory& inventory,
                                                  const Moment& moment);
[[nodiscard]] std::vector<Reason> judge_leaf(const CertificateSpec& spec, const Inventory& inventory,
                                             const Moment& moment);

// "CN=admin,O=system:masters": as pki/crypto writes it. RFC 2253 puts the last part, CN, first.
[[nodiscard]] std::string distinguished_name(const Subject& subject);

}  // namespace pki::plan
