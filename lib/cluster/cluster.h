// Cluster: what one cluster.yaml says, with every default filled in. Made and checked by load_cluster (cluster_file.h);
// plain values, any thread. Keys are explained in docs/cluster_yaml.md.
#pragma once

#include <array>
#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "lib/base/ip_address.h"
#include "lib/base/socket_address.h"

namespace cluster {

enum class Role { kControlPlane, kWorker };

struct Machine {
  std::string name;
  Role role = Role::kWorker;
  base::IpAddress address;
  std::uint32_t weight = 1;                 // share of new sessions; 0 means none; control-plane machines only
  std::optional<base::IpNetwork> pod_cidr;  // the pods' network on this machine
  unsigned cpus = 2;
  std::uint64_t memory = 8ULL << 30;  // bytes
  std::uint64_t disk = 10ULL << 30;   // bytes
};

struct Networking {
  base::IpNetwork pod_subnet;
  base::IpNetwork service_subnet;
  std::string dns_domain = "cluster.local";
};

struct NodeNetwork {
  base::IpNetwork cidr;
  base::IpAddress gateway;  // 0.0.0.0: none
  std::string bridge;       // "": none
  std::string uplink;       // "": none
};

enum class PolicyKind { kWeightedRandom, kRoundRobin, kLeastConnections, kMaglev };
inline constexpr std::array<std::pair<std::string_view, PolicyKind>, 4> kPolicyNames{{
    {"weighted-random", PolicyKind::kWeightedRandom},
    {"round-robin", PolicyKind::kRoundRobin},
    {"least-connections", PolicyKind::kLeastConnections},
    {"maglev", PolicyKind::kMaglev},
}};
[[nodiscard]] constexpr std::string_view name_of(PolicyKind kind) noexcept {
  for (const auto& [name, one] : kPolicyNames) {
    if (one == kind) return name;
  }
  return {};  // no value of the enumeration comes here
}

// How what reaches the VIP reaches the backends.
enum class Datapath { kProxy };

enum class HealthCheckKind { kNone, kTcp };  // kNone: taken for up, always

struct HealthCheck {
  HealthCheckKind kind = HealthCheckKind::kTcp;
  std::chrono::milliseconds interval{2000};
  std::chrono::milliseconds timeout{2000};
  unsigned fall = 2;  // consecutive failures until down
  unsigned rise = 3;  // consecutive successes until up
};

struct Timeouts {
  std::chrono::milliseconds connect{2000};                // one try
  std::chrono::milliseconds idle{std::chrono::hours{1}};  // no byte in either direction
  std::chrono::milliseconds half_close{60'000};           // no byte after one side has ended
};

struct Backend {
  std::string name;  // the machine's name, or its address
  base::SocketAddress address;
  std::uint32_t weight = 1;  // 0: no new sessions
};

struct Listener {
  std::string name;
  base::SocketAddress address;
  PolicyKind policy = PolicyKind::kWeightedRandom;
  std::vector<Backend> backends;  // never empty
  Timeouts timeouts;
  unsigned retries = 2;  // further backends that are tried when one cannot be reached
  HealthCheck health_check;
};

struct LoadBalancer {
  base::IpAddress vip;              // 0.0.0.0: none; every listener has its own address then
  std::vector<Listener> listeners;  // may be empty where only the VIP matters
  Datapath datapath = Datapath::kProxy;
  std::optional<unsigned> workers;          // unset: one a core
  bool reuse_sockets = true;                // toward backends: one that ended cleanly serves the next session
  std::optional<unsigned> max_connections;  // sessions of the whole daemon; unset: what the descriptors allow
  std::chrono::milliseconds shutdown_grace{30'000};
  std::optional<base::SocketAddress> admin;  // unset: no TCP admin address
  std::optional<std::string> socket;         // path of the control socket; unset: the default place
};

struct Cluster {
  std::string name = "kubernetes";
  std::string domain;  // "": none
  std::optional<base::HostPort> control_plane_endpoint;
  std::optional<Networking> networking;
  std::optional<NodeNetwork> node_network;
  std::optional<LoadBalancer> load_balancer;
  std::vector<Machine> machines;
};

}  // namespace cluster
