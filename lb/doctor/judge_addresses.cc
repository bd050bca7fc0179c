#include "lb/doctor/judge_addresses.h"

#include <fmt/format.h>

#include <algorithm>

namespace lb::doctor {
namespace {

bool holds(const std::vector<base::IpAddress>& addresses, const base::IpAddress& address) {
  return address.is_loopback() || std::ranges::find(addresses, address) != addresses.end();
}

// The listener's socket gets what is sent there, if it is this host's.
bool listens_at(const cluster::Listener& listener, const base::SocketAddress& address) {
  if (listener.address.port() != address.port()) return false;
  return listener.address.ip().is_unspecified() || listener.address.ip() == address.ip();
}

}  // namespace

std::vector<base::IpAddress> served_addresses(const cluster::LoadBalancer& balancer) {
  std::vector<base::IpAddress> addresses{balancer.vip};
  for (const cluster::Listener& listener : balancer.listeners) addresses.push_back(listener.address.ip());
  std::ranges::sort(addresses);
  const auto repeated = std::ranges::unique(addresses);
  addresses.erase(repeated.begin(), repeated.end());
  std::erase_if(addresses, [](const base::IpAddress& one) { return one.is_unspecified(); });
  return addresses;
}

std::string nonlocal_bind_for(const base::IpAddress& address) {
  return address.is_v6() ? "net.ipv6.ip_nonlocal_bind" : "net.ipv4.ip_nonlocal_bind";
}

Finding judge_presence(const base::IpAddress& address, const std::vector<base::IpAddress>& ours,
                       const std::optional<std::string>& nonlocal_bind) {
  const std::string name = address.to_string();
  const std::string setting = nonlocal_bind_for(address);
  if (holds(ours, address)) return fine("address", fmt::format("{} is this host's", name));
  const std::string add = fmt::format(
      "ip addr add {}/{} dev INTERFACE (ifconfig INTERFACE {} {}/{} alias on FreeBSD), or what moves the address "
      "between "
      "hosts (keepalived, CARP)",
      name, address.bit_length(), address.is_v6() ? "inet6" : "inet", name, address.bit_length());
  if (nonlocal_bind == "1") {
    return warning("address",
                   fmt::format("{} is not this host's now; keepstate-lb starts all the same ({} is 1) and serves once "
                               "it is",
                               name, setting),
                   add);
  }
  return problem("address", fmt::format("{} is not this host's, so keepstate-lb cannot listen there", name),
                 nonlocal_bind ? fmt::format("{}; on a host that stands by: sysctl -w {}=1", add, setting) : add);
}

Finding judge_claim(const base::IpAddress& address, const std::vector<base::IpAddress>& ours,
                    const net::AddressClaim& claim) {
  using Kind = net::AddressClaim::Kind;
  const std::string name = address.to_string();
  if (address.is_loopback()) return fine("duplicate", fmt::format("{} stays on this host", name));
  if (claim.kind == Kind::kUnknown) {
    return skipped("duplicate", fmt::format("whether another host has {} is not known: {}", name, claim.text),
                   fmt::format("from another host of that network: arping -D -c 3 -I INTERFACE {}", name));
  }
  if (claim.kind == Kind::kNobody) return fine("duplicate", fmt::format("no other host answers for {}", name));
  if (!holds(ours, address)) {
    return fine("duplicate", fmt::format("{} is at {} now, and not here", name, claim.text));
  }
  return problem("duplicate",
                 fmt::format("{} is this host's, and {} answers for it too: clients go to either", name, claim.text),
                 fmt::format("take it from one of both: ip addr del {}/PREFIX dev INTERFACE", name));
}

Findings judge_hairpin(const cluster::Listener& listener, const std::vector<base::IpAddress>& ours) {
  Findings findings;
  for (const cluster::Backend& backend : listener.backends) {
    if (!holds(ours, backend.address.ip()) && backend.address.ip() != listener.address.ip()) continue;
    const std::string who =
        fmt::format("listener '{}': backend {} ({})", listener.name, backend.name, backend.address.to_string());
    if (listens_at(listener, backend.address)) {
      findings.push_back(problem("hairpin", who + " is the listener itself: each session would come back for ever",
                                 "give the backend the API server's own address, or the listener another port"));
    } else if (!backend.address.ip().is_loopback()) {
      findings.push_back(fine("hairpin", who +
                                             " is this host: kube-apiserver there has to leave the listener's address "
                                             "alone (--bind-address, not 0.0.0.0, where both have one port)"));
    }
  }
  if (listener.address.ip().is_loopback() || listener.address.ip().is_unspecified()) return findings;
  findings.push_back(
      skipped("hairpin",
              fmt::format("listener '{}': whether backends reach it cannot be seen from here; their kubelets "
                          "have to",
                          listener.name),
              fmt::format("on a backend: curl -k --max-time 5 https://{}/readyz", listener.address.to_string())));
  return findings;
}

}  // namespace lb::doctor
