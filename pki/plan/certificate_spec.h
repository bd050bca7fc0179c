// CertificateSpec: one certificate that a cluster needs, as plain values: what it is for, whom it names and how long it
// lasts. Made by certificate_plan.h, turned into a real certificate by pki/crypto/issue.h. Any thread.
#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <vector>

#include "lib/cluster/pki.h"
#include "pki/plan/alternative_names.h"
#include "pki/plan/permitted_names.h"

namespace pki::plan {

// The two parts of a distinguished name that Kubernetes reads: CN is the user, O a group.
struct Subject {
  std::string common_name;
  std::string organisation;  // empty: none

  friend bool operator==(const Subject&, const Subject&) = default;
};

enum class CertificateKind {
  kAuthority,        // signs the others
  kServerAndClient,  // serverAuth and clientAuth: etcd's members and kubelets both serve and call
  kClient,           // clientAuth
  kTokenSigner,      // neither: its key signs service-account tokens (JWT; RFC 9509 s3), no connection
};

// Why a name or an address stands in a certificate.
struct NameReason {
  std::string name;
  std::string why;
};

struct CertificateSpec {
  std::string name;     // of its files: "kubernetes" is kubernetes.pem and kubernetes-key.pem
  std::string purpose;  // for people: "API server"
  CertificateKind kind = CertificateKind::kClient;
  Subject subject;
  AlternativeNames names;
  std::chrono::seconds lifetime{0};
  cluster::KeyAlgorithm algorithm = cluster::KeyAlgorithm::kEcdsaP256;
  std::optional<PermittedNames> permitted{};  // an authority's: what it may sign for; unset: everything
  std::vector<NameReason> name_reasons{};     // one for each of `names`, in the order dns, addresses
};

// The files' names are those of Kubernetes the Hard Way.
[[nodiscard]] inline std::string certificate_file(const CertificateSpec& spec) {
  return spec.name + ".pem";
}
[[nodiscard]] inline std::string key_file(const CertificateSpec& spec) {
  return spec.name + "-key.pem";
}

}  // namespace pki::plan
