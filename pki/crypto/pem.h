// PEM text (RFC 7468) to OpenSSL's objects and back. Any thread.
//
// Errors say what is wrong with the text and carry OpenSSL's reason; which file it came from is the caller's to add.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "lib/base/result.h"
#include "pki/crypto/openssl_ptr.h"
#include "pki/crypto/secret_text.h"

namespace pki::crypto {

// PKCS #8, SEC 1 ("EC PRIVATE KEY") or PKCS #1 ("RSA PRIVATE KEY"). A key with a passphrase is an error.
[[nodiscard]] base::Result<PkeyPtr> read_private_key(std::string_view pem);
// The same under a passphrase; a wrong one is an error.
[[nodiscard]] base::Result<PkeyPtr> read_private_key(std::string_view pem, std::string_view passphrase);
// Whether the text looks like a key under a passphrase; nothing else is judged.
[[nodiscard]] bool has_passphrase(std::string_view pem) noexcept;

// PKCS #8, without a passphrase.
[[nodiscard]] base::Result<SecretText> write_private_key(const EVP_PKEY& key);
// PKCS #8 under PBES2 (RFC 8018): AES-256-CBC, PBKDF2 with HMAC-SHA-256 and 600,000 rounds, a salt of 128 random bits.
// That takes some tenths of a second, to write and to read.
[[nodiscard]] base::Result<SecretText> write_locked_private_key(const EVP_PKEY& key, std::string_view passphrase);

// Exactly one certificate.
[[nodiscard]] base::Result<X509Ptr> read_certificate(std::string_view pem);
// One certificate or several, in their order.
[[nodiscard]] base::Result<std::vector<X509Ptr>> read_certificates(std::string_view pem);
[[nodiscard]] base::Result<std::string> write_certificate(const X509& certificate);

}  // namespace pki::crypto
