// A whole and sound set of files, as a first init leaves it, as values. For the tests of this folder.
#pragma once

#include "pki/plan/inventory.h"
#include "pki/plan/pki_spec.h"
#include "tests/unit/pki/sample_cluster.h"

namespace pki::plan {

inline PkiSpec sample_spec() {
  return spec_for(sample_cluster()).value();
}

inline PresentCertificate sound_certificate(const CertificateSpec& spec) {
  PresentCertificate certificate;
  certificate.subject = spec.subject;
  certificate.subject_text = spec.name;
  certificate.issuer_text = "ca";
  certificate.names = spec.names;
  certificate.is_authority = spec.kind == CertificateKind::kAuthority;
  certificate.serves = spec.kind == CertificateKind::kServerAndClient;
  certificate.calls = spec.kind == CertificateKind::kServerAndClient || spec.kind == CertificateKind::kClient;
  certificate.not_before = kNow - std::chrono::days(1);
  certificate.not_after = kNow + std::chrono::days(certificate.is_authority ? 1000 : 100);
  return certificate;
}

inline Inventory sound_inventory(const PkiSpec& spec) {
  Inventory inventory;
  for (const auto& certificate : spec.certificates) {
    inventory.pairs[certificate.name] = {true, sound_certificate(certificate), true, true, certificate.algorithm};
  }
  for (const auto& kubeconfig : spec.kubeconfigs) {
    inventory.kubeconfigs[kubeconfig.file] = {
        kubeconfig.server, sound_certificate(*spec.find_certificate(kubeconfig.certificate)), true, true, true};
  }
  inventory.encryption = {spec.encryption, {"key1"}};
  return inventory;
}

}  // namespace pki::plan
