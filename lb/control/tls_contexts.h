// What the listeners' checks need of files, read once: CAs and certificates. Pure but for that; any thread.
#pragma once

#include <memory>
#include <vector>

#include "lb/net/tls_session.h"
#include "lib/base/result.h"
#include "lib/cluster/cluster.h"

namespace lb::control {

// One a listener, in their order; null where its checks speak no TLS.
using TlsContexts = std::vector<std::shared_ptr<const net::TlsContext>>;

// An error names the listener, the key and the file.
[[nodiscard]] base::Result<TlsContexts> make_tls_contexts(const std::vector<cluster::Listener>& listeners);

}  // namespace lb::control
