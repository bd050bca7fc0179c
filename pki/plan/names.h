// What a user may call an artefact of a PKI on the command line. Pure; any thread.
#pragma once

#include <string>
#include <string_view>

#include "lib/base/result.h"
#include "pki/plan/pki_spec.h"

namespace pki::plan {

inline constexpr std::string_view kServiceAccount = "service-account";

enum class TargetKind { kCertificate, kKubeconfig, kEncryptionConfig };

struct Target {
  TargetKind kind = TargetKind::kCertificate;
  std::string name;  // of the certificate, or of the one that the kubeconfig embeds
  std::string file;  // the one that messages name
};

// "worker-0", "worker-0.pem", "worker-0-key.pem", "worker-0.kubeconfig", "encryption-config", "encryption-config.yaml";
// a path is taken by its last part. An error names the nearest that there is.
[[nodiscard]] base::Result<Target> resolve(const PkiSpec& spec, std::string_view name);

}  // namespace pki::plan
