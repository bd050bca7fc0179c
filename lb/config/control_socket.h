// Where the control socket is when nobody says so: the daemon and those who talk to it have to agree. One thread.
#pragma once

#include <optional>
#include <string>

namespace lb::config {

// Root's in the system's folder for such things; others have one under $XDG_RUNTIME_DIR, or none where that is not set.
[[nodiscard]] std::optional<std::string> default_control_socket();

}  // namespace lb::config
