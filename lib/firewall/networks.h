// Lists of networks as dialects write them: of one address family each, with commas between. Pure; any thread.
#pragma once

#include <algorithm>
#include <array>
#include <string>
#include <string_view>
#include <vector>

#include "lib/base/ip_address.h"

namespace firewall {

enum class Family { kV4, kV6 };
inline constexpr std::array kFamilies{Family::kV4, Family::kV6};

[[nodiscard]] inline Family family_of(const base::IpAddress& address) noexcept {
  return address.is_v6() ? Family::kV6 : Family::kV4;
}

// Without those that lie in another one of them: nftables refuses a set whose intervals overlap.
[[nodiscard]] inline std::vector<base::IpNetwork> of_family(const std::vector<base::IpNetwork>& networks,
                                                            Family family) {
  std::vector<base::IpNetwork> found;
  for (const base::IpNetwork& network : networks) {
    const auto covers = [&](const base::IpNetwork& other) { return other.contains(network); };
    if (family_of(network.address()) != family || std::ranges::any_of(found, covers)) continue;
    std::erase_if(found, [&](const base::IpNetwork& other) { return network.contains(other); });
    found.push_back(network);
  }
  return found;
}

// "10.10.0.0/24, 10.244.0.0/16", in the order in which they stand.
[[nodiscard]] inline std::string list_of(const std::vector<base::IpNetwork>& networks, std::string_view between) {
  std::string text;
  for (const base::IpNetwork& network : networks) {
    if (!text.empty()) text += between;
    text += network.to_string();
  }
  return text;
}

}  // namespace firewall
