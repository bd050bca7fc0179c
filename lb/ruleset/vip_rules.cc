#include "lb/ruleset/vip_rules.h"

#include <algorithm>

namespace lb::ruleset {
namespace {

base::Result<void> check_listener(const cluster::Listener& listener) {
  const base::IpAddress vip = listener.address.ip();
  if (vip.is_unspecified()) {
    return base::fail("listener '{}' listens on {}, but rules need the address that clients reach; give its VIP",
                      listener.name, listener.address.to_string());
  }
  if (std::ranges::none_of(listener.backends, [](const cluster::Backend& backend) { return backend.weight > 0; })) {
    return base::fail("listener '{}' has no backend with a weight above 0, so no rule could serve it", listener.name);
  }
  for (const cluster::Backend& backend : listener.backends) {
    if (backend.address.ip() != vip) continue;
    return base::fail("listener '{}': backend '{}' has the VIP {} as its address; give the machine's own address",
                      listener.name, backend.name, vip.to_string());
  }
  return {};
}

firewall::Spread spread_of(const cluster::Listener& listener) {
  firewall::Spread spread{.name = listener.name,
                          .address = listener.address,
                          .targets = {},
                          .idle = std::chrono::ceil<std::chrono::seconds>(listener.timeouts.idle)};
  for (const cluster::Backend& backend : listener.backends) {
    spread.targets.push_back({.name = backend.name, .address = backend.address, .weight = backend.weight});
  }
  return spread;
}

}  // namespace

base::Result<firewall::Ruleset> vip_rules(std::span<const cluster::Listener> listeners) {
  firewall::Ruleset ruleset{.name = "keepstate", .spreads = {}};
  for (const cluster::Listener& listener : listeners) {
    if (auto checked = check_listener(listener); !checked) return base::Failure(checked.error());
    const auto twin = std::ranges::find(ruleset.spreads, listener.address, &firewall::Spread::address);
    if (twin != ruleset.spreads.end()) {
      return base::fail("listeners '{}' and '{}' share the address {}; the second would never see a connection",
                        twin->name, listener.name, listener.address.to_string());
    }
    ruleset.spreads.push_back(spread_of(listener));
  }
  return ruleset;
}

}  // namespace lb::ruleset
