// The kernel's settings and the host's addresses, as they are now. Any thread; nothing is changed.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "lib/base/ip_address.h"

namespace lb::net {

// By its sysctl(8) name, "net.core.somaxconn"; nothing where the system has none of this name. Without the line's end.
[[nodiscard]] std::optional<std::string> system_setting(const std::string& name);

// Of all interfaces.
[[nodiscard]] std::vector<base::IpAddress> host_addresses();

}  // namespace lb::net
