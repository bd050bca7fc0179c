// Whether a server's certificates would be trusted, as OpenSSL judges a chain. Any thread.
#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <vector>

#include "pki/crypto/certificate.h"

namespace pki::crypto {

// Why a client that trusts these authorities would refuse the server (whose certificate comes first, any of its
// authorities behind it) under this name, which is a DNS name or an IP address; nothing: it would not. Name
// constraints, periods of validity (at `now`) and usages are part of it.
[[nodiscard]] std::optional<std::string> why_refused(const std::vector<Certificate>& chain,
                                                     const std::vector<Certificate>& authorities,
                                                     const std::string& name, std::chrono::sys_seconds now);

}  // namespace pki::crypto
