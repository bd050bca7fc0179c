// PkiSpec: every file that a cluster's PKI has, as plain values: certificates, the kubeconfigs that embed them, the
// encryption configuration, and where each file lies in the cluster. Any thread.
#pragma once

#include <string>
#include <string_view>
#include <tl/expected.hpp>
#include <vector>

#include "lib/cluster/cluster.h"
#include "lib/cluster/diagnostic.h"
#include "pki/plan/certificate_spec.h"
#include "pki/plan/placement.h"

namespace pki::plan {

inline constexpr std::string_view kEncryptionConfigFile = "encryption-config.yaml";
inline constexpr std::string_view kAuthority = "ca";

// A file that tells a program how to reach the API and who it is.
struct KubeconfigSpec {
  std::string file;         // "worker-0.kubeconfig"
  std::string purpose;      // for people: "kubelet of worker-0"
  std::string certificate;  // the CertificateSpec::name that it embeds
  std::string server;       // "https://10.10.0.1:6443"
  std::string server_why;   // for people
  std::string cluster;      // only names inside the file
  std::string user;
};

struct PkiSpec {
  std::vector<CertificateSpec> certificates;  // the authority first
  std::vector<KubeconfigSpec> kubeconfigs;
  cluster::EncryptionProvider encryption = cluster::EncryptionProvider::kSecretbox;
  std::vector<Placement> placements;  // in the order of cluster.yaml's machines

  [[nodiscard]] const CertificateSpec& authority() const { return certificates.front(); }
  // Null: there is none of that name.
  [[nodiscard]] const CertificateSpec* find_certificate(std::string_view name) const;
  [[nodiscard]] const KubeconfigSpec* find_kubeconfig(std::string_view file) const;
  // All that the folder holds, in the order in which commands tell them.
  [[nodiscard]] std::vector<std::string> files() const;
};

// When the cluster lacks something that a file must name, or two files would have one name, every such thing is a
// Diagnostic (line 0: what is missing has no place in the file).
[[nodiscard]] tl::expected<PkiSpec, cluster::Diagnostics> spec_for(const cluster::Cluster& cluster);

}  // namespace pki::plan
