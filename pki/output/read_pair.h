// Reading a PKI's files one by one into Contents, and holding them against each other. Any thread.
//
// A file that is not there is no error; one that cannot be read or understood is, and names itself.
#pragma once

#include <filesystem>

#include "lib/base/result.h"
#include "pki/output/contents.h"
#include "pki/plan/pki_spec.h"

namespace pki::output {

// A key and its certificate. The authority has to come first: signatures are judged by it.
[[nodiscard]] base::Result<void> read_pair(const std::filesystem::path& folder, const plan::CertificateSpec& spec,
                                           Contents& contents);
// After all pairs.
[[nodiscard]] base::Result<void> read_kubeconfig_file(const std::filesystem::path& folder,
                                                      const plan::KubeconfigSpec& spec, Contents& contents);
[[nodiscard]] base::Result<void> read_encryption_file(const std::filesystem::path& folder, Contents& contents);

}  // namespace pki::output
