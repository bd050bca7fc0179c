// CertificateSpec: one certificate that a cluster needs, as plain values: what it is for, whom it names and how long it
// lasts. Made by certificate_plan.h, turned into a real certificate by pki/crypto/issue.h. Any thread.
#pragma once

#include <chrono>
#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "lib/base/ip_address.h"

namespace pki::plan {

// The two parts of a distinguished name that Kubernetes reads: CN is the user, O a group.
struct Subject {
  std::string common_name;
  std::string organisation;  // empty: none

  friend bool operator==(const Subject&, const Subject&) = default;
};

// The one spelling of a host name in which two can be compared: lower-case (RFC 4343), without the root's dot, which
// certificates do not hold.
[[nodiscard]] inline std::string canonical_dns_name(std::string_view name) {
  if (name.ends_with('.')) name.remove_suffix(1);
  std::string lower(name);
  for (char& c : lower) {
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
  }
  return lower;
}

// What a certificate is valid for besides its subject (RFC 5280 s4.2.1.6). The DNS names are canonical.
struct AlternativeNames {
  std::vector<std::string> dns;
  std::vector<base::IpAddress> addresses;

  [[nodiscard]] std::size_t size() const noexcept { return dns.size() + addresses.size(); }
};

enum class CertificateKind {
  kAuthority,        // signs the others
  kServerAndClient,  // serverAuth and clientAuth: etcd's members are each other's servers and clients
  kClient,           // clientAuth
};

struct CertificateSpec {
  std::string name;     // of its files: "kubernetes" is kubernetes.pem and kubernetes-key.pem
  std::string purpose;  // for people: "API server"
  CertificateKind kind = CertificateKind::kClient;
  Subject subject;
  AlternativeNames names;
  std::chrono::days lifetime{0};
};

// The files' names are those of Kubernetes the Hard Way.
[[nodiscard]] inline std::string certificate_file(const CertificateSpec& spec) {
  return spec.name + ".pem";
}
[[nodiscard]] inline std::string key_file(const CertificateSpec& spec) {
  return spec.name + "-key.pem";
}

}  // namespace pki::plan
