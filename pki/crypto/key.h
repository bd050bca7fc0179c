// Key: a private key with its public half. It owns OpenSSL's object, which wipes the private numbers when it is freed.
// One thread at a time; movable, not copyable.
#pragma once

#include <string>
#include <string_view>

#include "lib/base/result.h"
#include "pki/crypto/openssl_ptr.h"
#include "pki/crypto/secret_text.h"

namespace pki::crypto {

class Key {
 public:
  // A new ECDSA key on the curve P-256.
  [[nodiscard]] static base::Result<Key> generate();
  // Any kind that OpenSSL knows: an authority's key may come from elsewhere.
  [[nodiscard]] static base::Result<Key> from_pem(std::string_view pem);

  [[nodiscard]] base::Result<SecretText> to_pem() const;
  // For people: "ECDSA P-256", "RSA 2048".
  [[nodiscard]] std::string algorithm() const;
  // Only for the other files of this folder. OpenSSL's calls take the object as non-const even where they only read.
  [[nodiscard]] EVP_PKEY* native() const noexcept { return key_.get(); }

 private:
  explicit Key(PkeyPtr key) noexcept : key_(std::move(key)) {}

  PkeyPtr key_;
};

}  // namespace pki::crypto
