// Whether the listeners' addresses are this host's, its alone, and no backend's. Pure; any thread.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "lb/doctor/finding.h"
#include "lb/net/address_claim.h"
#include "lib/base/ip_address.h"
#include "lib/cluster/cluster.h"

namespace lb::doctor {

// What listeners and the VIP need to be there: each once, without 0.0.0.0 and [::].
[[nodiscard]] std::vector<base::IpAddress> served_addresses(const cluster::LoadBalancer& balancer);

// The setting that lets a socket be bound to an address that is not there (yet): Linux's, by the address's family.
[[nodiscard]] std::string nonlocal_bind_for(const base::IpAddress& address);
// `nonlocal_bind`: what it says; nothing where there is no such thing.
[[nodiscard]] Finding judge_presence(const base::IpAddress& address, const std::vector<base::IpAddress>& ours,
                                     const std::optional<std::string>& nonlocal_bind);
[[nodiscard]] Finding judge_claim(const base::IpAddress& address, const std::vector<base::IpAddress>& ours,
                                  const net::AddressClaim& claim);
// Backends that are this host or the listener itself, and the way back from a backend to the listener.
[[nodiscard]] Findings judge_hairpin(const cluster::Listener& listener, const std::vector<base::IpAddress>& ours);

}  // namespace lb::doctor
