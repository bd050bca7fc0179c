// PairFiles: the key and the certificate of one InitStep, whole in memory, so that nothing is written before everything
// has been made. Pure but for the randomness of new keys and serial numbers. One thread.
#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <vector>

#include "lib/base/result.h"
#include "pki/crypto/secret_text.h"
#include "pki/output/store.h"
#include "pki/plan/init_plan.h"

namespace pki::output {

struct PairFiles {
  plan::CertificateSpec spec;
  std::string key_algorithm;                   // "ECDSA P-256"
  plan::PresentCertificate certificate;        // kept or new
  std::optional<crypto::SecretText> new_key;   // PEM; nothing: the key is kept
  std::optional<std::string> new_certificate;  // PEM; nothing: the certificate is kept
};

// In the order of the steps, the authority first. What is new is also kept in `contents`.
[[nodiscard]] base::Result<std::vector<PairFiles>> make_pair_files(const std::vector<plan::InitStep>& steps,
                                                                   Contents& contents, std::chrono::sys_seconds now);

}  // namespace pki::output
