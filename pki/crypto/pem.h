// PEM text (RFC 7468) to OpenSSL's objects and back. Any thread.
//
// Errors say what is wrong with the text and carry OpenSSL's reason; which file it came from is the caller's to add.
#pragma once

#include <string>
#include <string_view>

#include "lib/base/result.h"
#include "pki/crypto/openssl_ptr.h"
#include "pki/crypto/secret_text.h"

namespace pki::crypto {

// PKCS #8, SEC 1 ("EC PRIVATE KEY") or PKCS #1 ("RSA PRIVATE KEY"). A key with a passphrase is an error.
[[nodiscard]] base::Result<PkeyPtr> read_private_key(std::string_view pem);
// PKCS #8, without a passphrase.
[[nodiscard]] base::Result<SecretText> write_private_key(const EVP_PKEY& key);

// Exactly one certificate.
[[nodiscard]] base::Result<X509Ptr> read_certificate(std::string_view pem);
[[nodiscard]] base::Result<std::string> write_certificate(const X509& certificate);

}  // namespace pki::crypto
