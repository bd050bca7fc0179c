// Inventory: what lies in a PKI's folder already, as plain values; no file and no OpenSSL object is behind them. Filled
// by pki/output/store.h, judged by init_plan.h. Any thread.
#pragma once

#include <chrono>
#include <map>
#include <optional>
#include <string>

#include "pki/plan/certificate_spec.h"

namespace pki::plan {

// What a certificate says about itself.
struct PresentCertificate {
  Subject subject;
  std::string subject_text;  // the whole distinguished names, as RFC 2253 writes them
  std::string issuer_text;
  AlternativeNames names;
  bool is_authority = false;
  bool serves = false;  // may be used by a server (serverAuth, or no limit at all)
  bool calls = false;   // may be used by a client
  std::chrono::sys_seconds not_before{};
  std::chrono::sys_seconds not_after{};
};

// The files of one CertificateSpec.
struct PresentPair {
  bool has_key = false;
  std::optional<PresentCertificate> certificate;
  bool key_matches = false;          // where both are there: the certificate is for this key
  bool signed_by_authority = false;  // the signature was made by the authority's key in this folder
};

// By CertificateSpec::name; a name that is missing has no files.
using Inventory = std::map<std::string, PresentPair>;

}  // namespace pki::plan
