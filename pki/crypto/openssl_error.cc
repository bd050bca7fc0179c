#include "pki/crypto/openssl_error.h"

#include <openssl/err.h>

#include <array>

namespace pki::crypto {
namespace {

std::string reason_of(unsigned long code) {
  if (ERR_SYSTEM_ERROR(code)) return base::errno_text(ERR_GET_REASON(code));
  if (const char* reason = ERR_reason_error_string(code)) return reason;
  std::array<char, 256> text{};
  ERR_error_string_n(code, text.data(), text.size());
  return text.data();
}

}  // namespace

std::string take_openssl_reasons() {
  std::string reasons;
  while (const unsigned long code = ERR_get_error()) {
    if (!reasons.empty()) reasons += "; ";
    reasons += reason_of(code);
  }
  return reasons.empty() ? "no reason given" : reasons;
}

base::Failure openssl_failure(std::string_view what) {
  return base::fail("cannot {}: {}", what, take_openssl_reasons());
}

}  // namespace pki::crypto
