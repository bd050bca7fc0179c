// One question to a name server over UDP (RFC 1035 s4), to see whether names are answered as they should be. Any
// thread; blocks.
#pragma once

#include <chrono>
#include <string>
#include <string_view>
#include <vector>

#include "lib/base/result.h"
#include "lib/base/socket_address.h"

namespace provisioner::dns {

enum class QueryType : std::uint16_t { kA = 1, kPtr = 12, kAaaa = 28, kSrv = 33 };

// The addresses or names of the answer as master files write them, names with their last dot. None: the name is there,
// but has nothing of that type. An error: nobody answers within `patience` (asked three times), or the server says that
// it cannot, or that there is no such name.
[[nodiscard]] base::Result<std::vector<std::string>> ask(const base::SocketAddress& server, std::string_view name,
                                                         QueryType type, std::chrono::milliseconds patience);

// For tests: the packet that asks, and what is in one that answers it.
[[nodiscard]] base::Result<std::string> question(std::uint16_t id, std::string_view name, QueryType type);
[[nodiscard]] base::Result<std::vector<std::string>> read_answer(std::string_view packet, std::uint16_t id,
                                                                 QueryType type);

}  // namespace provisioner::dns
