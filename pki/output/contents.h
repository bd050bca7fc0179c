// Contents: all that was read of a PKI's folder, and what a command adds to it before it is written. It owns keys,
// which are wiped with it. One thread.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <string_view>

#include "lib/base/result.h"
#include "pki/crypto/certificate.h"
#include "pki/crypto/key.h"
#include "pki/crypto/secret_text.h"
#include "pki/output/encryption_config.h"
#include "pki/plan/inventory.h"

namespace pki::output {

// By CertificateSpec::name. The inventory says the same in values.
struct Contents {
  std::map<std::string, crypto::Key> keys;
  std::map<std::string, crypto::Certificate> certificates;  // of the authority: the first in ca.pem, that signs
  std::string authority_text;  // ca.pem whole, as kubeconfigs embed it; several while authorities change
  // Behind the first in service-account.pem: further keys whose tokens are accepted, while they change. PEM.
  std::string further_signers;
  std::optional<crypto::SecretText> locked_authority_key;  // ca-key.pem, while its passphrase was not given
  std::optional<EncryptionConfig> encryption;
  plan::Inventory inventory;
};

// Puts the authority's key among the keys. A wrong passphrase, and a key that is not ca.pem's, are errors.
[[nodiscard]] base::Result<void> unlock_authority(Contents& contents, std::string_view passphrase);

}  // namespace pki::output
