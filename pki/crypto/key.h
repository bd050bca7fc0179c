// Key: a private key with its public half. It owns OpenSSL's object, which wipes the private numbers when it is freed.
// One thread at a time; movable, not copyable.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "lib/base/result.h"
#include "lib/cluster/pki.h"
#include "pki/crypto/openssl_ptr.h"
#include "pki/crypto/secret_text.h"

namespace pki::crypto {

// For people: "ECDSA P-256", "RSA 2048".
[[nodiscard]] std::string algorithm_text(EVP_PKEY& key);

class Key {
 public:
  // A new one. RSA takes from a tenth of a second (2048) to some seconds (4096); see generate_keys.h.
  [[nodiscard]] static base::Result<Key> generate(cluster::KeyAlgorithm algorithm = cluster::KeyAlgorithm::kEcdsaP256);
  // Any kind that OpenSSL knows: an authority's key may come from elsewhere. A key under a passphrase is an error.
  [[nodiscard]] static base::Result<Key> from_pem(std::string_view pem);
  // A key under this passphrase.
  [[nodiscard]] static base::Result<Key> from_pem(std::string_view pem, std::string_view passphrase);

  // PKCS #8, open to whoever reads it.
  [[nodiscard]] base::Result<SecretText> to_pem() const;
  // PKCS #8 under the passphrase (write_locked_private_key).
  [[nodiscard]] base::Result<SecretText> to_pem(std::string_view passphrase) const;
  // For people: "ECDSA P-256", "RSA 2048".
  [[nodiscard]] std::string algorithm() const;
  // Nothing for a kind that cluster.yaml does not know.
  [[nodiscard]] std::optional<cluster::KeyAlgorithm> known_algorithm() const;
  [[nodiscard]] bool is_rsa() const;
  // Whether both have the same public half.
  [[nodiscard]] bool is_same_as(const Key& other) const;
  // SHA-256 of the public half, as `openssl pkey -pubout -outform DER | sha256sum` writes it.
  [[nodiscard]] std::string fingerprint() const;
  // Only for the other files of this folder. OpenSSL's calls take the object as non-const even where they only read.
  [[nodiscard]] EVP_PKEY* native() const noexcept { return key_.get(); }

 private:
  explicit Key(PkeyPtr key) noexcept : key_(std::move(key)) {}

  PkeyPtr key_;
};

}  // namespace pki::crypto
