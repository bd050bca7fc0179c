// Random bytes that nobody can foretell, for keys. Any thread.
#pragma once

#include <cstddef>

#include "lib/base/result.h"
#include "pki/crypto/secret_text.h"

namespace pki::crypto {

// From OpenSSL's generator for private values (RAND_priv_bytes(3)). An error when the system has no randomness.
[[nodiscard]] base::Result<SecretText> random_bytes(std::size_t size);

}  // namespace pki::crypto
