// SessionInfo: one session as an operator sees it. A value; any thread.
#pragma once

#include <chrono>
#include <cstdint>
#include <string>
#include <string_view>

#include "lib/base/socket_address.h"

namespace lb::proxy {

struct SessionInfo {
  std::uint64_t listener = 0;    // its id
  base::SocketAddress client{};  // 0.0.0.0:0: it has just left
  std::string backend{};         // "": none was reached yet
  std::string_view state{};      // "choosing", "relaying", "draining": one side has ended
  std::chrono::milliseconds age{};
  std::chrono::milliseconds idle{};  // since the last byte in either direction
  std::uint64_t bytes_to_backend = 0;
  std::uint64_t bytes_to_client = 0;
};

}  // namespace lb::proxy
