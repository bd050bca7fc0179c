#include "pki/crypto/key.h"

#include <openssl/ec.h>
#include <openssl/err.h>
#include <openssl/rsa.h>

#include <array>

#include "pki/crypto/fingerprint.h"
#include "pki/crypto/openssl_error.h"
#include "pki/crypto/pem.h"

namespace pki::crypto {
namespace {

using cluster::KeyAlgorithm;

EVP_PKEY* new_key(KeyAlgorithm algorithm) {
  switch (algorithm) {
    case KeyAlgorithm::kEcdsaP256:
      return EVP_EC_gen("P-256");
    case KeyAlgorithm::kEcdsaP384:
      return EVP_EC_gen("P-384");
    case KeyAlgorithm::kEd25519:
      return EVP_PKEY_Q_keygen(nullptr, nullptr, "ED25519");
    case KeyAlgorithm::kRsa2048:
      return EVP_RSA_gen(2048);
    case KeyAlgorithm::kRsa3072:
      return EVP_RSA_gen(3072);
    case KeyAlgorithm::kRsa4096:
      return EVP_RSA_gen(4096);
  }
  return nullptr;
}

std::optional<KeyAlgorithm> rsa_of(int bits) {
  if (bits == 2048) return KeyAlgorithm::kRsa2048;
  if (bits == 3072) return KeyAlgorithm::kRsa3072;
  if (bits == 4096) return KeyAlgorithm::kRsa4096;
  return std::nullopt;
}

std::optional<KeyAlgorithm> curve_of(const EVP_PKEY* key) {
  std::array<char, 64> group{};
  if (EVP_PKEY_get_group_name(key, group.data(), group.size(), nullptr) != 1) return std::nullopt;
  const std::string_view name(group.data());
  if (name == "prime256v1" || name == "P-256") return KeyAlgorithm::kEcdsaP256;
  if (name == "secp384r1" || name == "P-384") return KeyAlgorithm::kEcdsaP384;
  return std::nullopt;
}

}  // namespace

base::Result<Key> Key::generate(KeyAlgorithm algorithm) {
  PkeyPtr key(new_key(algorithm));
  if (!key) return openssl_failure(fmt::format("make a key of the kind {}", cluster::name_of(algorithm)));
  return Key(std::move(key));
}

base::Result<Key> Key::from_pem(std::string_view pem) {
  return read_private_key(pem).map([](PkeyPtr key) { return Key(std::move(key)); });
}

base::Result<Key> Key::from_pem(std::string_view pem, std::string_view passphrase) {
  return read_private_key(pem, passphrase).map([](PkeyPtr key) { return Key(std::move(key)); });
}

base::Result<SecretText> Key::to_pem() const {
  return write_private_key(*key_);
}

base::Result<SecretText> Key::to_pem(std::string_view passphrase) const {
  return write_locked_private_key(*key_, passphrase);
}

std::string algorithm_text(EVP_PKEY& key) {
  const int bits = EVP_PKEY_get_bits(&key);
  if (EVP_PKEY_is_a(&key, "EC") == 1) return fmt::format("ECDSA P-{}", bits);
  if (EVP_PKEY_is_a(&key, "ED25519") == 1) return "Ed25519";
  const char* name = EVP_PKEY_get0_type_name(&key);
  return fmt::format("{} {}", name != nullptr ? name : "unknown", bits);
}

std::string Key::algorithm() const {
  return algorithm_text(*key_);
}

std::optional<KeyAlgorithm> Key::known_algorithm() const {
  if (EVP_PKEY_is_a(key_.get(), "EC") == 1) return curve_of(key_.get());
  if (EVP_PKEY_is_a(key_.get(), "ED25519") == 1) return KeyAlgorithm::kEd25519;
  return is_rsa() ? rsa_of(EVP_PKEY_get_bits(key_.get())) : std::nullopt;
}

bool Key::is_rsa() const {
  return EVP_PKEY_is_a(key_.get(), "RSA") == 1;
}

bool Key::is_same_as(const Key& other) const {
  const bool same = EVP_PKEY_eq(key_.get(), other.native()) == 1;
  ERR_clear_error();  // keys of different kinds leave a reason behind
  return same;
}

std::string Key::fingerprint() const {
  return public_key_fingerprint(*key_);
}

}  // namespace pki::crypto
