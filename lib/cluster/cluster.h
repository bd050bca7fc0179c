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
#include "lib/cluster/kubernetes.h"
#include "lib/cluster/pki.h"
#include "lib/cluster/provisioning.h"

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
  std::string mac{};                  // of its interface, "02:00:5e:10:00:0b"; "": one that follows from its name
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

enum class HealthCheckKind { kNone, kTcp, kTls, kHttp, kHttps };  // kNone: taken for up, always
[[nodiscard]] constexpr bool speaks_tls(HealthCheckKind kind) noexcept {
  return kind == HealthCheckKind::kTls || kind == HealthCheckKind::kHttps;
}
[[nodiscard]] constexpr bool speaks_http(HealthCheckKind kind) noexcept {
  return kind == HealthCheckKind::kHttp || kind == HealthCheckKind::kHttps;
}

struct HealthCheck {
  HealthCheckKind kind = HealthCheckKind::kTcp;
  std::chrono::milliseconds interval{2000};
  std::optional<std::chrono::milliseconds> fast_interval =
      std::nullopt;  // while a state is changing; unset: a quarter of interval
  std::chrono::milliseconds timeout{2000};
  unsigned fall = 2;  // consecutive failures until down
  unsigned rise = 3;  // consecutive successes until up
  // http and https: another status than this at `path` means draining. `live_path` is asked then, for the reason only.
  std::string path = "/";
  std::string live_path;  // "": none
  unsigned status = 200;
  // tls and https.
  std::string server_name;       // what the certificate must be for, and SNI; "": the backend's address
  std::string ca_file;           // PEM; needed unless insecure
  bool insecure = false;         // the certificate is not looked at
  std::string certificate_file;  // PEM, shown to the server; "": none
  std::string key_file;          // PEM, of that certificate

  friend bool operator==(const HealthCheck&, const HealthCheck&) = default;
};

// What happens to the sessions of a backend that goes down while another one is up.
enum class OnDown { kReset, kKeep };
// Whether what a client says first can be said to a second backend: kTls keeps one ClientHello.
enum class FirstFlight { kNone, kTls };

// What clients' own connections tell of a backend. Taking it out needs no check.
struct Passive {
  unsigned failures = 5;  // connections refused or reset in a row; 0: not judged
  unsigned silent = 3;    // accepted ones in a row that gave no byte within first_byte; 0: not judged
  std::chrono::milliseconds eject_for{10'000};  // the first time; doubled each time after, up to ten times as long
  unsigned max_ejected = 50;                    // percent of a listener's backends

  friend bool operator==(const Passive&, const Passive&) = default;
};

enum class StickyBy { kSource };

// A client comes to the same backend again.
struct Sticky {
  StickyBy by = StickyBy::kSource;
  unsigned prefix4 = 32;  // bits of the address that count
  unsigned prefix6 = 64;
  std::chrono::milliseconds ttl{std::chrono::minutes{5}};  // after the last session has closed
  unsigned max_entries = 100'000;                          // the oldest goes first

  friend bool operator==(const Sticky&, const Sticky&) = default;
};

// Closes sessions of a backend that has too many, so that they come back elsewhere.
struct Rebalance {
  bool enabled = false;
  unsigned threshold = 25;                                     // percent above a backend's share
  unsigned rate = 1;                                           // sessions a second
  std::chrono::milliseconds min_age{std::chrono::minutes{5}};  // of a session that may be closed
  bool dry_run = false;                                        // only counts what it would close

  friend bool operator==(const Rebalance&, const Rebalance&) = default;
};

struct Timeouts {
  std::chrono::milliseconds connect{2000};                // one try
  std::chrono::milliseconds idle{std::chrono::hours{1}};  // no byte in either direction
  std::chrono::milliseconds half_close{60'000};           // no byte after one side has ended

  friend bool operator==(const Timeouts&, const Timeouts&) = default;
};

struct Backend {
  std::string name;  // the machine's name, or its address
  base::SocketAddress address;
  std::uint32_t weight = 1;                                // 0: no new sessions
  std::optional<unsigned> max_connections = std::nullopt;  // sessions at a time, connecting ones included

  friend bool operator==(const Backend&, const Backend&) = default;
};

struct Listener {
  std::string name;
  base::SocketAddress address;
  PolicyKind policy = PolicyKind::kWeightedRandom;
  std::vector<Backend> backends;  // never empty
  Timeouts timeouts;
  unsigned retries = 2;                  // further backends that are tried when one cannot be reached
  std::chrono::milliseconds hedge{250};  // a second backend is tried beside one that has not answered; 0: never
  FirstFlight first_flight = FirstFlight::kNone;
  std::optional<std::chrono::milliseconds> first_byte;  // what a backend may take for it; unset: 1 s where first_flight
  HealthCheck health_check;
  OnDown on_down = OnDown::kReset;
  Passive passive;
  std::chrono::milliseconds slow_start{0};  // over which a backend that comes back gets its share; 0: at once
  std::optional<Sticky> sticky;
  std::optional<unsigned> max_connections;             // sessions at a time; others wait in the kernel's queue
  std::optional<unsigned> max_connections_per_source;  // sessions at a time from one address
  std::vector<base::IpNetwork> allow;                  // who may connect; empty: all
  std::vector<base::IpNetwork> deny;                   // and who may not, though it is allowed
  Rebalance rebalance;

  friend bool operator==(const Listener&, const Listener&) = default;
};

enum class AccessLogFormat { kLogfmt, kJson };

// A line a session.
struct AccessLog {
  static constexpr std::string_view kStdout = "stdout";

  AccessLogFormat format = AccessLogFormat::kLogfmt;
  std::string file{};                                             // absolute, or kStdout
  bool connect = false;                                           // another line when a backend is reached
  std::optional<std::chrono::milliseconds> every = std::nullopt;  // and one whenever so much time has passed

  friend bool operator==(const AccessLog&, const AccessLog&) = default;
};

struct LoadBalancer {
  base::IpAddress vip;              // 0.0.0.0: none; every listener has its own address then
  std::vector<Listener> listeners;  // may be empty where only the VIP matters
  Datapath datapath = Datapath::kProxy;
  std::optional<unsigned> workers;          // unset: one a core
  bool reuse_sockets = true;                // toward backends: one that ended cleanly serves the next session
  std::optional<unsigned> max_connections;  // sessions of the whole daemon; unset: what the descriptors allow
  std::chrono::milliseconds shutdown_grace{30'000};
  std::chrono::milliseconds hard_stop_after{std::chrono::hours{1}};  // of a process that was followed by another
  std::optional<base::SocketAddress> admin;                          // unset: no TCP admin address
  std::string admin_token_file;         // who shows its token there may change things; "": nobody may
  std::optional<std::string> socket;    // path of the control socket; unset: the default place
  std::optional<AccessLog> access_log;  // unset: none is written
};

struct Cluster {
  std::string name = "kubernetes";
  std::string domain;  // "": none
  std::optional<base::HostPort> control_plane_endpoint;
  std::optional<Networking> networking;
  std::optional<NodeNetwork> node_network;
  std::optional<LoadBalancer> load_balancer;
  std::vector<Machine> machines;
  Hypervisor hypervisor;
  Access access;
  Dns dns;
  Pki pki;
  Kubernetes kubernetes;
};

}  // namespace cluster
