#include "lb/control/capacity.h"

#include <algorithm>
#include <thread>

#include "lb/net/descriptor_limit.h"

namespace lb::control {
namespace {

// Each may have a connection at the same time.
std::uint64_t check_count(const config::Config& config) noexcept {
  std::uint64_t count = 0;
  for (const auto& listener : config.listeners) {
    if (listener.health_check.kind != cluster::HealthCheckKind::kNone) count += listener.backends.size();
  }
  return count;
}

}  // namespace

unsigned worker_count(const config::Config& config) noexcept {
  return config.workers.value_or(std::max(1U, std::thread::hardware_concurrency()));
}

std::uint64_t session_limit(const config::Config& config, const base::Log& log) {
  const std::uint64_t descriptors = net::raise_descriptor_limit();
  const std::uint64_t for_checks = std::min(check_count(config), descriptors / 2);
  const std::uint64_t possible = net::sessions_within(descriptors - for_checks, worker_count(config));
  const std::uint64_t wanted = config.max_connections.value_or(possible);
  if (wanted > possible) {
    log.warn(
        "maxConnections is {}, but the limit of {} descriptors is enough for about {} sessions; raise it "
        "(LimitNOFILE= in systemd, ulimit -Hn in a shell) or lower maxConnections",
        wanted, descriptors, possible);
  }
  return wanted;
}

std::size_t kept_sockets(const config::Config& config) noexcept {
  return config.reuse_sockets ? net::kept_sockets_within(net::raise_descriptor_limit(), worker_count(config)) : 0;
}

}  // namespace lb::control
