// What can be seen from outside of the daemon that serves a control socket. Blocks for at most the patience; any
// thread.
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "lb/doctor/host.h"

namespace lb::doctor {

// It is asked for its status, which names its process.
[[nodiscard]] DaemonSeen look_at_daemon_at(const std::string& socket, std::chrono::milliseconds patience);

// The soft limit of open files in a text as of Linux's /proc/PID/limits; nothing where it has none.
[[nodiscard]] std::optional<std::uint64_t> open_files_in(std::string_view limits);

}  // namespace lb::doctor
