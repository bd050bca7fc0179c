#include "lb/control/tls_contexts.h"

#include <utility>

namespace lb::control {

base::Result<TlsContexts> make_tls_contexts(const std::vector<cluster::Listener>& listeners) {
  TlsContexts contexts;
  for (const cluster::Listener& listener : listeners) {
    contexts.emplace_back();
    if (!cluster::speaks_tls(listener.health_check.kind)) continue;
    auto context = net::TlsContext::make(listener.health_check);
    if (!context) return base::fail("listener '{}': {}", listener.name, context.error().message);
    contexts.back() = *std::move(context);
  }
  return contexts;
}

}  // namespace lb::control
