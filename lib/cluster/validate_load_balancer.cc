#include "lib/cluster/validate_load_balancer.h"

#include <algorithm>

#include "lib/base/duration.h"
#include "lib/cluster/first_seen.h"
#include "lib/cluster/validate_health_check.h"
#include "lib/cluster/validate_hedges.h"
#include "lib/cluster/validate_sources.h"

namespace cluster {
namespace {

using namespace std::chrono_literals;

// client-go gives a TLS handshake 10 s; connecting has to leave time for the handshake itself.
constexpr std::chrono::milliseconds kLongestConnect = 8s;

using SocketKey = std::pair<base::IpAddress, std::uint16_t>;

SocketKey key_of(const base::SocketAddress& address) {
  return {address.ip(), address.port()};
}

bool is_known(const base::SocketAddress& address) {
  return address.port() != 0;
}

// Whether the system would refuse to bind both: the unspecified address takes the port of every address.
bool collide(const base::SocketAddress& a, const base::SocketAddress& b) {
  if (!is_known(a) || a.port() != b.port() || a.family() != b.family()) return false;
  return a == b || a.ip().is_unspecified() || b.ip().is_unspecified();
}

struct ListenPlace {
  std::string path;
  base::SocketAddress address;
};

// Listeners are few; every pair is looked at.
void check_listen_addresses(const LoadBalancer& balancer, Findings& findings) {
  std::vector<ListenPlace> places;
  for (std::size_t i = 0; i < balancer.listeners.size(); ++i) {
    places.push_back({fmt::format("spec.loadBalancer.listeners[{}].address", i), balancer.listeners[i].address});
  }
  if (balancer.admin) places.push_back({"spec.loadBalancer.admin.address", *balancer.admin});
  std::stable_sort(places.begin(), places.end(), [&](const ListenPlace& a, const ListenPlace& b) {
    return findings.where(a.path) < findings.where(b.path);
  });
  for (auto place = places.begin(); place != places.end(); ++place) {
    const auto first = std::find_if(places.begin(), place,
                                    [&](const ListenPlace& other) { return collide(other.address, place->address); });
    if (first == place) continue;
    findings.error(place->path, fmt::format("address: {} collides with {} of line {}; choose another address or port",
                                            place->address.to_string(), first->address.to_string(),
                                            findings.where(first->path).line));
  }
}

// Whoever sees the token on its way can use it.
void check_token(const LoadBalancer& balancer, Findings& findings) {
  if (balancer.admin_token_file.empty() || !balancer.admin || balancer.admin->ip().is_loopback()) return;
  findings.warning(
      "spec.loadBalancer.admin.tokenFile",
      fmt::format("tokenFile: the token goes to {} unencrypted; keep admin.address on 127.0.0.1 and reach it "
                  "by an SSH tunnel, or be sure of the network",
                  balancer.admin->to_string()));
}

// Whether all values are known of which the default pool is made.
bool default_pool_is_sound(const Cluster& cluster, const Findings& findings) {
  if (!cluster.control_plane_endpoint || !findings.sound("spec.machines")) return false;
  for (std::size_t i = 0; i < cluster.machines.size(); ++i) {
    const std::string path = fmt::format("spec.machines[{}]", i);
    if (!findings.sound(path + ".role") || !findings.sound(path + ".weight")) return false;
  }
  return true;
}

void check_default_pool(const Listener& listener, const std::string& path, Findings& findings) {
  if (listener.backends.empty()) {
    findings.error(path,
                   fmt::format("listener '{}' has no backends, as no machine has the role control-plane; add one, or "
                               "give the listener backends",
                               listener.name));
  } else if (std::all_of(listener.backends.begin(), listener.backends.end(),
                         [](const Backend& b) { return b.weight == 0; })) {
    findings.error(path,
                   fmt::format("listener '{}' can send a session nowhere, as every control-plane machine has weight 0; "
                               "give one a weight of 1 or more",
                               listener.name));
  }
}

// A listener that was put on a machine's own address.
void check_default_circle(const Listener& listener, const std::string& path, Findings& findings) {
  const auto own = std::find_if(listener.backends.begin(), listener.backends.end(), [&](const Backend& backend) {
    return is_known(backend.address) && backend.address == listener.address;
  });
  if (own == listener.backends.end() || !findings.readable(path + ".address")) return;
  findings.error(
      path + ".address",
      fmt::format("address: {} is the backend '{}', so sessions would come back to the listener; choose another",
                  own->address.to_string(), own->name));
}

void check_given_pool(const Listener& listener, const std::string& path, Findings& findings) {
  FirstSeen<SocketKey> addresses("address");
  bool can_pick = false;
  for (std::size_t i = 0; i < listener.backends.size(); ++i) {
    const Backend& backend = listener.backends[i];
    const std::string backend_path = fmt::format("{}[{}]", path, i);
    addresses.check(key_of(backend.address), backend.address.to_string(), backend_path + ".address", findings);
    can_pick = can_pick || backend.weight > 0 || !findings.sound(backend_path + ".weight");
    if (is_known(backend.address) && backend.address == listener.address) {
      findings.error(
          backend_path + ".address",
          fmt::format("address: {} is the listener's own, so its sessions would come back to it; choose another",
                      backend.address.to_string()));
    }
  }
  if (listener.backends.empty()) {
    findings.error(path,
                   "backends: the list is empty; add a backend, or remove the key to take the control-plane machines");
  } else if (!can_pick) {
    findings.error(path, "backends: every weight is 0, so no session could start; give one a weight of 1 or more");
  }
}

void check_connect_time(const Listener& listener, const std::string& path, Findings& findings) {
  const auto longest = listener.timeouts.connect * (listener.retries + 1);
  const bool sound = findings.sound(path + ".timeouts.connect") && findings.sound(path + ".retries");
  if (!sound || longest < kLongestConnect) return;
  const std::string at = findings.given(path + ".timeouts.connect") ? ".timeouts.connect" : ".retries";
  findings.warning(path + at,
                   fmt::format("connecting may take {} ({} a try, {} tries), but Kubernetes clients give up a "
                               "handshake after 10s; keep it under {}",
                               base::duration_text(longest), base::duration_text(listener.timeouts.connect),
                               listener.retries + 1, base::duration_text(kLongestConnect)));
}

}  // namespace

void validate_load_balancer(const Cluster& cluster, Findings& findings) {
  if (!cluster.load_balancer) return;
  const bool default_sound = default_pool_is_sound(cluster, findings);
  FirstSeen<std::string> names("name");
  for (std::size_t i = 0; i < cluster.load_balancer->listeners.size(); ++i) {
    const Listener& listener = cluster.load_balancer->listeners[i];
    const std::string path = fmt::format("spec.loadBalancer.listeners[{}]", i);
    const std::string backends = path + ".backends";
    names.check(listener.name, listener.name, path + ".name", findings);
    if (findings.readable(backends)) check_given_pool(listener, backends, findings);
    if (!findings.given(backends) && findings.sound(backends)) {
      if (default_sound) check_default_pool(listener, path, findings);
      check_default_circle(listener, path, findings);
    }
    check_connect_time(listener, path, findings);
    validate_health_check(listener, path, findings);
    validate_sources(*cluster.load_balancer, listener, path, findings);
    validate_hedges(listener, path, findings);
  }
  check_listen_addresses(*cluster.load_balancer, findings);
  check_token(*cluster.load_balancer, findings);
}

}  // namespace cluster
