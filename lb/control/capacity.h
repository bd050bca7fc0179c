// What a config may take of this host: threads, sessions, sockets. Raises the limit of descriptors to the hard one. Any
// thread.
#pragma once

#include <cstddef>
#include <cstdint>

#include "lb/config/config.h"
#include "lib/base/log.h"

namespace lb::control {

// One a core, where the config does not say.
[[nodiscard]] unsigned worker_count(const config::Config& config) noexcept;

// As many sessions as the config wants, or as the descriptors allow; warns where it wants more than they do.
[[nodiscard]] std::uint64_t session_limit(const config::Config& config, const base::Log& log);

// Toward backends, a worker (net/socket_pool); 0: none is used again.
[[nodiscard]] std::size_t kept_sockets(const config::Config& config) noexcept;

}  // namespace lb::control
