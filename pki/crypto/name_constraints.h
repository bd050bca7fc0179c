// PermittedNames as X.509's name constraints (RFC 5280 s4.2.1.10), and back. Any thread.
#pragma once

#include <optional>

#include "lib/base/result.h"
#include "pki/crypto/openssl_ptr.h"
#include "pki/plan/permitted_names.h"

namespace pki::crypto {

// Critical, so that who does not understand it refuses. False: OpenSSL's queue holds the reason.
[[nodiscard]] bool add_permitted_names(X509& certificate, const plan::PermittedNames& permitted);

// Nothing where there is no such extension. Subtrees of other kinds, and excluded ones, are passed over.
[[nodiscard]] base::Result<std::optional<plan::PermittedNames>> permitted_names_of(const X509& certificate);

}  // namespace pki::crypto
