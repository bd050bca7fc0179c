// Pki: what cluster.yaml says of keys and certificates (spec.pki), with every default filled in. Plain values, any
// thread.
#pragma once

#include <array>
#include <chrono>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "lib/base/ip_address.h"

namespace cluster {

enum class KeyAlgorithm { kEcdsaP256, kEcdsaP384, kEd25519, kRsa2048, kRsa3072, kRsa4096 };
inline constexpr std::array<std::pair<std::string_view, KeyAlgorithm>, 6> kKeyAlgorithmNames{{
    {"ecdsa-p256", KeyAlgorithm::kEcdsaP256},
    {"ecdsa-p384", KeyAlgorithm::kEcdsaP384},
    {"ed25519", KeyAlgorithm::kEd25519},
    {"rsa-2048", KeyAlgorithm::kRsa2048},
    {"rsa-3072", KeyAlgorithm::kRsa3072},
    {"rsa-4096", KeyAlgorithm::kRsa4096},
}};
[[nodiscard]] constexpr std::string_view name_of(KeyAlgorithm algorithm) noexcept {
  for (const auto& [name, one] : kKeyAlgorithmNames) {
    if (one == algorithm) return name;
  }
  return {};  // no value of the enumeration comes here
}

// Names and addresses beside a cluster's own that its authority may sign for.
struct NameConstraints {
  std::vector<std::string> domains;       // each with all below it
  std::vector<base::IpNetwork> networks;  // an address is a network of its own
};

// What Kubernetes encrypts its secrets with in etcd.
enum class EncryptionProvider { kSecretbox, kAescbc };
inline constexpr std::array<std::pair<std::string_view, EncryptionProvider>, 2> kEncryptionProviderNames{{
    {"secretbox", EncryptionProvider::kSecretbox},
    {"aescbc", EncryptionProvider::kAescbc},
}};
[[nodiscard]] constexpr std::string_view name_of(EncryptionProvider provider) noexcept {
  for (const auto& [name, one] : kEncryptionProviderNames) {
    if (one == provider) return name;
  }
  return {};
}

struct Pki {
  KeyAlgorithm algorithm = KeyAlgorithm::kEcdsaP256;
  std::optional<KeyAlgorithm> service_account_algorithm;  // unset: `algorithm`, or ECDSA P-256 where that is Ed25519
  std::chrono::hours authority_validity{10 * 365 * 24};
  std::chrono::hours leaf_validity{365 * 24};
  std::vector<std::string> extra_names;             // of the API server: DNS names and addresses
  std::optional<NameConstraints> name_constraints;  // unset: the authority may sign for every name
  EncryptionProvider encryption = EncryptionProvider::kSecretbox;
};

// Kubernetes signs service-account tokens by RSA or ECDSA alone (pkg/serviceaccount/jwt.go).
[[nodiscard]] constexpr KeyAlgorithm service_account_algorithm(const Pki& pki) noexcept {
  const KeyAlgorithm wanted = pki.service_account_algorithm.value_or(pki.algorithm);
  return wanted == KeyAlgorithm::kEd25519 ? KeyAlgorithm::kEcdsaP256 : wanted;
}

}  // namespace cluster
