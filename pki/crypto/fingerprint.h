// Fingerprints: SHA-256 of what is public, in hexadecimal. Any thread.
#pragma once

#include <string>
#include <string_view>

#include "pki/crypto/openssl_ptr.h"

namespace pki::crypto {

[[nodiscard]] std::string sha256_text(std::string_view bytes);
// Of the SubjectPublicKeyInfo in DER; "" when OpenSSL cannot write it.
[[nodiscard]] std::string public_key_fingerprint(EVP_PKEY& key);
// Of the whole certificate in DER, as `openssl x509 -fingerprint -sha256` says it, without colons.
[[nodiscard]] std::string certificate_fingerprint(const X509& certificate);

}  // namespace pki::crypto
