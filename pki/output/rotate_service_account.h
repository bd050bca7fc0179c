// The stages of rotate-service-account-key in memory: which files change together. The API server accepts tokens by
// every key in service-account.pem, and signs by service-account-key.pem. Nothing is written here. One thread.
#pragma once

#include "lib/base/result.h"
#include "pki/output/contents.h"
#include "pki/output/make_files.h"
#include "pki/output/succession.h"
#include "pki/plan/certificate_spec.h"

namespace pki::output {

// A new key as cluster.yaml asks for it, its certificate signed by the authority, whose key must be open.
[[nodiscard]] base::Result<MadeFiles> add_token_signer(const plan::CertificateSpec& spec, const Contents& contents,
                                                       Succession& succession, const MakeOptions& options);
[[nodiscard]] base::Result<MadeFiles> switch_token_signer(Succession& succession);
[[nodiscard]] base::Result<MadeFiles> keep_one_token_signer(Succession& succession);

}  // namespace pki::output
