// source_key: a client's address as one number, mixed so that neighbours are far apart. The same on every host. Any
// thread.
#pragma once

#include <cstdint>

#include "lib/base/ip_address.h"

namespace lb::policy {

[[nodiscard]] std::uint64_t source_key(const base::IpAddress& client) noexcept;

}  // namespace lb::policy
