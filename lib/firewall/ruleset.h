// Ruleset: what a kernel's packet filter shall do, said once for every dialect (ipfw, nftables, pf, iptables). It holds
// intentions, not lines of text: how a dialect spreads connections by weight is its renderer's business. Plain values;
// any thread.
#pragma once

#include <chrono>
#include <cstdint>
#include <string>
#include <vector>

#include "lib/base/ip_address.h"
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

// What comes from `sources` and leaves by `uplink` gets the host's address there, and answers find their way back; what
// goes to one of `except` stays as it is. Both may be forwarded, as far as the dialect has a say in that.
struct Masquerade {
  std::string name;  // for comments
  std::vector<base::IpNetwork> sources;
  std::string uplink;  // the host's interface to the world
  std::vector<base::IpNetwork> except{};
};

// Where the rules stand among others, in dialects that number them (ipfw): others must keep out of these places.
struct Numbers {
  unsigned first_rule = 1000;  // the rules are counted from here
  unsigned set = 1;            // 0 to 31
  unsigned nat = 1000;         // the first instance of NAT
};

struct Ruleset {
  std::string name;  // marks in the kernel what is ours, so that only that is removed: "keepstate", "keepstate_nat"
  std::vector<Spread> spreads{};
  std::vector<Masquerade> masquerades{};
  Numbers numbers{};
};

}  // namespace firewall
