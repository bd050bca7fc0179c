#include "pki/crypto/fingerprint.h"

#include <fmt/format.h>

#include <array>
#include <iterator>

namespace pki::crypto {
namespace {

using DerPtr = OpensslPtr<unsigned char, [](unsigned char* bytes) { OPENSSL_free(bytes); }>;

std::string fingerprint_of(const DerPtr& der, int size) {
  if (!der || size < 0) return "";
  return sha256_text({reinterpret_cast<const char*>(der.get()), static_cast<std::size_t>(size)});
}

}  // namespace

std::string sha256_text(std::string_view bytes) {
  std::array<unsigned char, EVP_MAX_MD_SIZE> digest{};
  unsigned size = 0;
  if (EVP_Digest(bytes.data(), bytes.size(), digest.data(), &size, EVP_sha256(), nullptr) != 1) return "";
  std::string text;
  for (unsigned i = 0; i < size; ++i) fmt::format_to(std::back_inserter(text), "{:02x}", digest[i]);
  return text;
}

std::string public_key_fingerprint(EVP_PKEY& key) {
  unsigned char* bytes = nullptr;
  const int size = i2d_PUBKEY(&key, &bytes);
  return fingerprint_of(DerPtr(bytes), size);
}

std::string certificate_fingerprint(const X509& certificate) {
  unsigned char* bytes = nullptr;
  const int size = i2d_X509(&certificate, &bytes);
  return fingerprint_of(DerPtr(bytes), size);
}

}  // namespace pki::crypto
