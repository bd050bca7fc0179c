// Visits one backend as a client without credentials would: TCP, TLS with whatever certificate, one GET. Blocks for at
// most `patience`; any thread.
#pragma once

#include <chrono>

#include "lb/doctor/host.h"
#include "lb/net/tls_session.h"

namespace lb::doctor {

// `context` verifies nothing and shows nothing.
[[nodiscard]] Visit visit_backend(const Call& call, const net::TlsContext& context, std::chrono::milliseconds patience);

}  // namespace lb::doctor
