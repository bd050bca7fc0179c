// source_key: what PickContext::source is to be: the client's address, mixed so that neighbours are far apart. The same
// number on every host. Any thread.
#pragma once

#include <cstdint>

#include "lib/base/ip_address.h"

namespace lb::policy {

[[nodiscard]] std::uint64_t source_key(const base::IpAddress& client) noexcept;

}  // namespace lb::policy
