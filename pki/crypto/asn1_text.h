// ASN.1 strings to text and back. Any thread.
#pragma once

#include <string_view>

#include "pki/crypto/openssl_ptr.h"

namespace pki::crypto {

// The bytes as they stand, a view of the string's own memory.
[[nodiscard]] inline std::string_view text_of(const ASN1_STRING* string) {
  return {reinterpret_cast<const char*>(ASN1_STRING_get0_data(string)),
          static_cast<std::size_t>(ASN1_STRING_length(string))};
}

// The caller's to free. Null: OpenSSL's queue holds the reason.
[[nodiscard]] inline ASN1_STRING* new_asn1_string(int type, std::string_view bytes) {
  ASN1_STRING* const string = ASN1_STRING_type_new(type);
  if (string != nullptr && ASN1_STRING_set(string, bytes.data(), static_cast<int>(bytes.size())) == 1) return string;
  ASN1_STRING_free(string);
  return nullptr;
}

}  // namespace pki::crypto
