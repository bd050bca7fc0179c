// Places: the addresses at which the demo's programs meet. Values; any thread.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "lib/base/result.h"
#include "lib/base/socket_address.h"

namespace tests::demo {

struct Member {
  std::string name;
  std::string machine;  // its address in cluster.yaml
  base::SocketAddress address;
  unsigned weight;
};

struct Places {
  base::SocketAddress vip;
  base::SocketAddress admin;
  std::vector<Member> members;
  std::vector<std::string> remarks;  // what differs from the usual places, and why
};

// What the user asked for; unset: the usual port, or a free one when that is taken. 0: a free one.
struct WishedPorts {
  std::optional<std::uint16_t> api;
  std::optional<std::uint16_t> admin;
};

// An error names the port that was asked for and is taken.
[[nodiscard]] base::Result<Places> choose_places(const WishedPorts& wished);

// The cluster.yaml of the demo; `socket` is the balancer's control socket.
[[nodiscard]] std::string cluster_yaml(const Places& places, const std::string& socket);

}  // namespace tests::demo
