#include "lb/source/source_filter.h"

#include <algorithm>
#include <iterator>

namespace lb::source {
NetworkSet::NetworkSet(const std::vector<base::IpNetwork>& networks) {
  std::vector<base::IpNetwork> sorted;
  std::ranges::transform(networks, std::back_inserter(sorted), &base::IpNetwork::unmapped);
  // A network stands behind the ones that it is part of.
  std::ranges::sort(sorted, [](const base::IpNetwork& a, const base::IpNetwork& b) {
    return a.address() != b.address() ? a.address() < b.address() : a.prefix_length() < b.prefix_length();
  });
  for (const base::IpNetwork& network : sorted) {
    if (networks_.empty() || !networks_.back().contains(network)) networks_.push_back(network);
  }
}

bool NetworkSet::contains(const base::IpAddress& address) const noexcept {
  const auto behind = std::ranges::upper_bound(networks_, address, {}, &base::IpNetwork::address);
  return behind != networks_.begin() && std::prev(behind)->contains(address);
}

bool SourceFilter::admits(const base::IpAddress& client) const noexcept {
  const base::IpAddress address = client.unmapped();
  return !deny_.contains(address) && (allow_.empty() || allow_.contains(address));
}

}  // namespace lb::source
