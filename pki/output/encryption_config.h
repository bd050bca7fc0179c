// EncryptionConfig: the keys with which an API server encrypts what it keeps in etcd, and their order: it writes with
// the first and reads with all. It owns the keys, which are wiped with it. Pure but for the randomness of new keys; any
// thread.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "lib/base/result.h"
#include "lib/cluster/pki.h"
#include "pki/crypto/secret_text.h"

namespace pki::output {

// kSecretbox (XSalsa20 and Poly1305) is the sound one; kAescbc, as Kubernetes the Hard Way has it, is open to padding
// oracles.
using cluster::EncryptionProvider;

struct EncryptionKey {
  EncryptionProvider provider = EncryptionProvider::kSecretbox;
  std::string name;           // stands before each value in etcd, so a name never gets another key
  crypto::SecretText secret;  // 32 bytes in base64
};

struct EncryptionConfig {
  std::vector<std::string> resources{"secrets"};
  std::vector<EncryptionKey> keys;  // in the order in which they are tried; never empty
  bool reads_plaintext = true;      // provider identity, last: what was written before there was a key can be read
};

// 32 random bytes. `name` is not looked at.
[[nodiscard]] base::Result<EncryptionKey> new_encryption_key(EncryptionProvider provider, std::string name);

// The N of "keyN"; 0 for a name of another form.
[[nodiscard]] unsigned key_number(std::string_view name) noexcept;
// "key3" where the highest is "key2", whoever was dropped meanwhile; "key1" for none.
[[nodiscard]] std::string next_key_name(const EncryptionConfig& config);

// kind EncryptionConfiguration, apiVersion apiserver.config.k8s.io/v1.
[[nodiscard]] crypto::SecretText write_encryption_config(const EncryptionConfig& config);

// What write_encryption_config writes, also with keys of both providers. What else stands there (kms, aesgcm, further
// rules, identity before a key) is an error: "line N: cause; remedy", without a byte of a key.
[[nodiscard]] base::Result<EncryptionConfig> read_encryption_config(std::string_view text);

}  // namespace pki::output
