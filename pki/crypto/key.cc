#include "pki/crypto/key.h"

#include <openssl/ec.h>

#include <array>

#include "pki/crypto/openssl_error.h"
#include "pki/crypto/pem.h"

namespace pki::crypto {

base::Result<Key> Key::generate() {
  PkeyPtr key(EVP_EC_gen("P-256"));
  if (!key) return openssl_failure("make an ECDSA P-256 key");
  return Key(std::move(key));
}

base::Result<Key> Key::from_pem(std::string_view pem) {
  return read_private_key(pem).map([](PkeyPtr key) { return Key(std::move(key)); });
}

base::Result<SecretText> Key::to_pem() const {
  return write_private_key(*key_);
}

std::string Key::algorithm() const {
  const int bits = EVP_PKEY_get_bits(key_.get());
  if (EVP_PKEY_is_a(key_.get(), "EC") == 1) return fmt::format("ECDSA P-{}", bits);
  const char* name = EVP_PKEY_get0_type_name(key_.get());
  return fmt::format("{} {}", name != nullptr ? name : "unknown", bits);
}

}  // namespace pki::crypto
