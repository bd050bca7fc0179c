// Certificate: an X.509 certificate that is there, read or just issued (issue.h). It owns OpenSSL's object. One thread
// at a time; movable, not copyable.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "lib/base/result.h"
#include "pki/crypto/key.h"
#include "pki/crypto/openssl_ptr.h"
#include "pki/plan/inventory.h"

namespace pki::crypto {

class Certificate {
 public:
  explicit Certificate(X509Ptr certificate) noexcept : certificate_(std::move(certificate)) {}
  [[nodiscard]] static base::Result<Certificate> from_pem(std::string_view pem);
  // One or several, in their order: an authority's file holds two while authorities change.
  [[nodiscard]] static base::Result<std::vector<Certificate>> all_from_pem(std::string_view pem);

  [[nodiscard]] base::Result<std::string> to_pem() const;
  // What it says, as values. An error when it holds what cannot be understood, such as a damaged extension.
  [[nodiscard]] base::Result<plan::PresentCertificate> describe() const;
  // Whether its public key is this key's public half.
  [[nodiscard]] bool is_for(const Key& key) const;
  // Whether this key made the signature; says nothing of names, times or usages.
  [[nodiscard]] bool is_signed_by(const Key& authority) const;
  // The same, told by the authority's certificate: its key may be elsewhere.
  [[nodiscard]] bool is_signed_by(const Certificate& authority) const;
  [[nodiscard]] bool is_same_as(const Certificate& other) const;
  // Of its public key: "ECDSA P-256".
  [[nodiscard]] std::string key_algorithm() const;
  // SHA-256 in hexadecimal.
  [[nodiscard]] std::string fingerprint() const;
  // Only for the other files of this folder; see Key::native.
  [[nodiscard]] X509* native() const noexcept { return certificate_.get(); }

 private:
  X509Ptr certificate_;
};

}  // namespace pki::crypto
