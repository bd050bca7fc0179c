#include "lib/cluster/validate_sources.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstdint>
#include <vector>

namespace cluster {
namespace {

using Networks = std::vector<base::IpNetwork>;

// Every value of the list could be read, so that places in `networks` are places in the file.
bool is_whole(const Networks& networks, const std::string& path, const Findings& findings) {
  return findings.sound(path) && !findings.given(fmt::format("{}[{}]", path, networks.size()));
}

void check_parts(const Networks& networks, std::string_view key, const std::string& path, Findings& findings) {
  for (auto network = networks.begin(); network != networks.end(); ++network) {
    const auto around = std::find_if(networks.begin(), networks.end(), [&](const base::IpNetwork& other) {
      const bool is_other = &other != &*network;
      return is_other && other.contains(*network) && (other != *network || &other < &*network);
    });
    if (around == networks.end()) continue;
    const auto place = network - networks.begin();
    findings.warning(fmt::format("{}[{}]", path, place),
                     fmt::format("{}[{}]: {} is a part of {}, which is there too; remove one of them", key, place,
                                 network->to_string(), around->to_string()));
  }
}

// Whose connections the listener could take at all: those of its address's family who are allowed.
Networks admitted(const Listener& listener) {
  const bool is_v6 = listener.address.ip().is_v6();
  if (listener.allow.empty()) return {base::IpNetwork::around(listener.address.ip(), 0)};
  Networks networks;
  for (const base::IpNetwork& allowed : listener.allow) {
    if (allowed.unmapped().address().is_v6() == is_v6) networks.push_back(allowed.unmapped());
  }
  return networks;
}

void check_somebody_may_come(const Listener& listener, const std::string& path, Findings& findings) {
  if (listener.address.port() == 0 || !findings.sound(path + ".address")) return;
  const Networks networks = admitted(listener);
  if (networks.empty()) {
    findings.error(path + ".allow",
                   fmt::format("allow: has no {} network, but the listener's address is {}, so nobody could connect; "
                               "add one",
                               listener.address.ip().is_v6() ? "IPv6" : "IPv4", listener.address.to_string()));
    return;
  }
  const bool nobody = std::all_of(networks.begin(), networks.end(), [&](const base::IpNetwork& allowed) {
    return std::any_of(listener.deny.begin(), listener.deny.end(),
                       [&](const base::IpNetwork& denied) { return denied.unmapped().contains(allowed); });
  });
  if (!nobody) return;
  findings.error(path + ".deny", "deny: takes in all who are allowed, so nobody could connect; deny less");
}

void check_networks(const Listener& listener, const std::string& path, Findings& findings) {
  const std::string allow = path + ".allow";
  const std::string deny = path + ".deny";
  if (findings.readable(allow) && !findings.given(allow + "[0]")) {
    findings.error(allow, "allow: the list is empty; add a network, or remove the key to allow everybody");
    return;
  }
  const bool allow_is_whole = is_whole(listener.allow, allow, findings);
  const bool deny_is_whole = is_whole(listener.deny, deny, findings);
  if (allow_is_whole) check_parts(listener.allow, "allow", allow, findings);
  if (deny_is_whole) check_parts(listener.deny, "deny", deny, findings);
  if (allow_is_whole && deny_is_whole) check_somebody_may_come(listener, path, findings);
}

// How many sessions the backends take together; 0: as many as come.
std::uint64_t room_of(const std::vector<Backend>& backends) {
  std::uint64_t sum = 0;
  for (const Backend& backend : backends) {
    if (backend.weight == 0) continue;
    if (!backend.max_connections) return 0;
    sum += *backend.max_connections;
  }
  return sum;
}

void check_limits(const LoadBalancer& balancer, const Listener& listener, const std::string& path, Findings& findings) {
  const std::string own = path + ".maxConnections";
  const std::string per_source = path + ".maxConnectionsPerSource";
  const unsigned most = listener.max_connections.value_or(0);
  if (most == 0 || !findings.sound(own)) return;
  if (balancer.max_connections && most > *balancer.max_connections) {
    findings.warning(own, fmt::format("maxConnections: {} has no effect, as spec.loadBalancer.maxConnections is {}; "
                                      "lower the one or raise the other",
                                      most, *balancer.max_connections));
  }
  if (listener.max_connections_per_source && *listener.max_connections_per_source > most) {
    findings.warning(per_source, fmt::format("maxConnectionsPerSource: {} has no effect, as the listener's "
                                             "maxConnections is {}; lower the one or raise the other",
                                             *listener.max_connections_per_source, most));
  }
  const std::uint64_t room = room_of(listener.backends);
  if (room == 0 || room >= most || !findings.sound(path + ".backends")) return;
  findings.warning(own, fmt::format("maxConnections: {} is more than the {} that the backends take together, so the "
                                    "sessions beyond are refused; with {} they would wait",
                                    most, room, room));
}

}  // namespace

void validate_sources(const LoadBalancer& balancer, const Listener& listener, const std::string& path,
                      Findings& findings) {
  check_networks(listener, path, findings);
  check_limits(balancer, listener, path, findings);
}

}  // namespace cluster
