// Inventory: what lies in a PKI's folder already, as plain values; no file and no OpenSSL object is behind them. Filled
// by pki/output/store.h, judged by judge.h. Any thread.
#pragma once

#include <chrono>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "pki/plan/certificate_spec.h"

namespace pki::plan {

// What a certificate says about itself.
struct PresentCertificate {
  Subject subject;
  std::string subject_text;  // the whole distinguished names, as RFC 2253 writes them
  std::string issuer_text;
  std::string serial;  // hexadecimal
  AlternativeNames names;
  bool is_authority = false;
  bool serves = false;                        // may be used by a server (serverAuth, or no limit at all)
  bool calls = false;                         // may be used by a client
  std::optional<PermittedNames> permitted{};  // an authority's name constraints; unset: it has none
  std::chrono::sys_seconds not_before{};
  std::chrono::sys_seconds not_after{};
};

// The files of one CertificateSpec.
struct PresentPair {
  bool has_key = false;
  std::optional<PresentCertificate> certificate{};
  // Where both are there: the certificate is for this key. Of a key under a passphrase that was not given: true.
  bool key_matches = false;
  bool signed_by_authority = false;                  // the signature was made by the authority in this folder
  std::optional<cluster::KeyAlgorithm> algorithm{};  // of the key; unset: no key, one under a passphrase, or another
};

// A kubeconfig, held against the files that it should embed.
struct PresentKubeconfig {
  std::string server;
  std::optional<PresentCertificate> certificate{};
  bool same_authority = false;
  bool same_certificate = false;
  bool same_key = false;
};

struct PresentEncryptionConfig {
  cluster::EncryptionProvider provider = cluster::EncryptionProvider::kSecretbox;  // of the first key, that writes
  std::vector<std::string> keys;                                                   // names, in their order
};

// A certificate that an authority of ca.pem has signed for somebody whom cluster.yaml does not name (any more).
struct LeftOver {
  std::string file;  // "worker-1.pem"; of several with the same certificate the first
  PresentCertificate certificate;
};

struct Inventory {
  std::map<std::string, PresentPair> pairs;              // by CertificateSpec::name
  std::map<std::string, PresentKubeconfig> kubeconfigs;  // by KubeconfigSpec::file
  std::optional<PresentEncryptionConfig> encryption;
  // Further authorities in ca.pem behind the first: trusted, but signing no more, or not yet.
  std::vector<PresentCertificate> also_trusted;
  std::vector<LeftOver> left_overs;

  // A pair that is missing has no files.
  [[nodiscard]] PresentPair pair(const std::string& name) const {
    const auto found = pairs.find(name);
    return found == pairs.end() ? PresentPair{} : found->second;
  }
};

}  // namespace pki::plan
