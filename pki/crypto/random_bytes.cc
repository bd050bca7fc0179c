#include "pki/crypto/random_bytes.h"

#include <openssl/rand.h>

#include "pki/crypto/openssl_error.h"

namespace pki::crypto {

base::Result<SecretText> random_bytes(std::size_t size) {
  SecretText bytes(size);
  if (RAND_priv_bytes(reinterpret_cast<unsigned char*>(bytes.data()), static_cast<int>(size)) != 1) {
    return openssl_failure("draw random bytes");
  }
  bytes.set_size(size);
  return bytes;
}

}  // namespace pki::crypto
