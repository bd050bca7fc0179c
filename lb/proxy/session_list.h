// What a worker tells of its sessions. Worker's thread only.
#pragma once

#include <cstddef>
#include <vector>

#include "lb/proxy/session.h"
#include "lb/proxy/session_info.h"
#include "lib/base/slab.h"

namespace lb::proxy {

// Those that began first, at most so many. Takes time in proportion to the number of all.
[[nodiscard]] std::vector<SessionInfo> longest_sessions(base::Slab<Session>& sessions, base::SteadyTime now,
                                                        std::size_t most);

}  // namespace lb::proxy
