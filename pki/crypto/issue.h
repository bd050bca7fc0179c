// Issuing: a CertificateSpec and keys in, a signed X.509 v3 certificate (RFC 5280) out. Any thread, as long as nothing
// else uses the keys meanwhile.
//
// Serial numbers are 128 random bits. Validity starts five minutes before `now`, because the clocks of freshly started
// machines lag.
#pragma once

#include <chrono>

#include "lib/base/result.h"
#include "pki/crypto/certificate.h"
#include "pki/crypto/key.h"
#include "pki/plan/certificate_spec.h"

namespace pki::crypto {

// Signed by its own key.
[[nodiscard]] base::Result<Certificate> issue_authority(const plan::CertificateSpec& spec, const Key& key,
                                                        std::chrono::sys_seconds now);

// For the public half of `key`, signed by the authority; it never outlives the authority's certificate.
[[nodiscard]] base::Result<Certificate> issue(const plan::CertificateSpec& spec, const Key& key,
                                              const Certificate& authority, const Key& authority_key,
                                              std::chrono::sys_seconds now);

}  // namespace pki::crypto
