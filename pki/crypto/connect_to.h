// A TCP connection to a server that a user named, within a time. Blocks; any thread.
#pragma once

#include <chrono>

#include "lib/base/result.h"
#include "lib/base/socket_address.h"
#include "lib/base/unique_fd.h"

namespace pki::crypto {

// A non-blocking socket that is connected to one of the addresses of the host. Errors name the cause and a remedy; the
// server's name is the caller's to add.
[[nodiscard]] base::Result<base::UniqueFd> connect_to(const base::HostPort& server,
                                                      std::chrono::steady_clock::time_point deadline);

// Until the socket is ready for `events` (poll(2)); false: the deadline has passed.
[[nodiscard]] bool wait_for_socket(const base::UniqueFd& socket, short events,
                                   std::chrono::steady_clock::time_point deadline);

}  // namespace pki::crypto
