#include "lib/cluster/validate_pki.h"

#include "lib/base/lifetime.h"
#include "lib/cluster/first_seen.h"

namespace cluster {
namespace {

constexpr const char* kAlgorithm = "spec.pki.algorithm";
constexpr const char* kServiceAccount = "spec.pki.serviceAccountAlgorithm";
constexpr const char* kLeafValidity = "spec.pki.validity.leaf";

void check_service_account(const Pki& pki, Findings& findings) {
  if (pki.service_account_algorithm == KeyAlgorithm::kEd25519 && findings.readable(kServiceAccount)) {
    findings.error(kServiceAccount,
                   "serviceAccountAlgorithm: Kubernetes signs service-account tokens by RSA or ECDSA alone, never by "
                   "Ed25519; write ecdsa-p256, or remove the key");
  }
  if (pki.algorithm != KeyAlgorithm::kEd25519 || !findings.readable(kAlgorithm)) return;
  if (findings.given(kServiceAccount)) return;
  findings.warning(kAlgorithm,
                   "algorithm: Kubernetes signs service-account tokens by RSA or ECDSA alone, so that key pair will be "
                   "ecdsa-p256; write serviceAccountAlgorithm: ecdsa-p256 to say so yourself");
}

void check_validity(const Pki& pki, Findings& findings) {
  if (pki.leaf_validity <= pki.authority_validity || !findings.sound("spec.pki.validity.ca")) return;
  const char* const place = findings.given(kLeafValidity) ? kLeafValidity : "spec.pki.validity.ca";
  if (!findings.readable(place)) return;
  findings.warning(place,
                   fmt::format("{}: certificates would live for {}, but none outlives the authority, which lives "
                               "for {}; make ca longer or leaf shorter",
                               place == kLeafValidity ? "leaf" : "ca", base::lifetime_text(pki.leaf_validity),
                               base::lifetime_text(pki.authority_validity)));
}

void check_extra_names(const Pki& pki, Findings& findings) {
  FirstSeen<std::string> names("certSANs");
  for (std::size_t i = 0; i < pki.extra_names.size(); ++i) {
    names.check(pki.extra_names[i], pki.extra_names[i], fmt::format("spec.pki.certSANs[{}]", i), findings);
  }
}

}  // namespace

void validate_pki(const Pki& pki, Findings& findings) {
  check_service_account(pki, findings);
  check_validity(pki, findings);
  if (findings.sound("spec.pki.certSANs")) check_extra_names(pki, findings);
}

}  // namespace cluster
