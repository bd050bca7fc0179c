// Ruleset: what a kernel's packet filter shall do, said once for every dialect (ipfw, and others as they come). It
// holds intentions, not lines of text: how a dialect spreads connections by weight is its renderer's business. Plain
// values; any thread.
#pragma once

#include <chrono>
#include <cstdint>
#include <string>
#include <vector>

#include "lib/base/socket_address.h"

namespace firewall {

// One of the places that a Spread sends connections to.
struct Target {
  std::string name;  // for comments
  base::SocketAddress address;
  std::uint32_t weight = 1;  // share of new connections; 0: none
};

// New TCP connections to `address` go to the targets in proportion to their weights; each then stays where it began.
struct Spread {
  std::string name;             // for comments
  base::SocketAddress address;  // what clients reach
  std::vector<Target> targets;
  std::chrono::seconds idle{3600};  // for so long a silent connection must keep its target
};

struct Ruleset {
  std::string name;  // marks in the kernel what is ours
  std::vector<Spread> spreads;
};

}  // namespace firewall
