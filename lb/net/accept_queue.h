// The queue of a listening socket: clients that the system has connected and nobody has accepted yet. Any thread.
#pragma once

#include <cstdint>
#include <optional>

namespace lb::net {

struct AcceptQueue {
  std::uint64_t waiting = 0;
  std::uint64_t most = 0;  // beyond this the system lets clients try again later
};

// Nothing where the system does not tell.
[[nodiscard]] std::optional<AcceptQueue> accept_queue(int listening) noexcept;

}  // namespace lb::net
