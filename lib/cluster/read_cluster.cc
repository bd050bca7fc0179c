#include "lib/cluster/read_cluster.h"

#include <variant>

#include "lib/cluster/map_reader.h"
#include "lib/cluster/scalar.h"

namespace cluster {
namespace {

using namespace std::chrono_literals;

constexpr OneOf<std::monostate, 1> kApiVersion{{{{"keepstate/v1", {}}}}};
constexpr OneOf<std::monostate, 1> kKind{{{{"Cluster", {}}}}};
constexpr OneOf<Role, 2> kRole{{{{"control-plane", Role::kControlPlane}, {"worker", Role::kWorker}}}};
constexpr OneOf<PolicyKind, kPolicyNames.size()> kPolicy{kPolicyNames};
constexpr OneOf<HealthCheckKind, 2> kHealthCheckKind{
    {{{"tcp", HealthCheckKind::kTcp}, {"none", HealthCheckKind::kNone}}}};
constexpr OneOf<Datapath, 1> kDatapath{{{{"proxy", Datapath::kProxy}}}};

constexpr OneOf<bool, 2> kYesOrNo{{{{"true", true}, {"false", false}}}};

constexpr NumberBetween kWeight{0, 65'535};
constexpr NumberBetween kRetries{0, 10};
constexpr NumberBetween kStreak{1, 100};
constexpr NumberBetween kWorkers{1, 256};
constexpr NumberBetween kConnections{1, 10'000'000};
constexpr NumberBetween kCpus{1, 512};
constexpr SizeBetween kMachineSize{16ULL << 20, 64ULL << 40};
constexpr DurationBetween kConnectTimeout{1ms, 60s};
constexpr DurationBetween kQuietTimeout{1ms, 720h};
constexpr DurationBetween kGrace{0ms, 24h};
constexpr DurationBetween kCheckInterval{100ms, 1h};
constexpr DurationBetween kCheckTimeout{1ms, 60s};

base::Result<std::optional<unsigned>> parse_workers(std::string_view text) {
  if (text == "auto") return std::nullopt;
  auto number = kWorkers(text);
  if (!number) return base::fail("{}, or auto", number.error().message);
  return *number;
}

void read_networking(MapReader& in, Networking& networking) {
  in.require("podSubnet", networking.pod_subnet, parse_network, "10.100.0.0/16");
  in.require("serviceSubnet", networking.service_subnet, parse_network, "10.32.0.0/24");
  in.read("dnsDomain", networking.dns_domain, parse_domain);
}

void read_node_network(MapReader& in, NodeNetwork& network) {
  in.require("cidr", network.cidr, parse_network, "10.10.0.0/24");
  in.read("gateway", network.gateway, parse_unicast);
  in.read("bridge", network.bridge, parse_interface);
  in.read("uplink", network.uplink, parse_interface);
}

void read_timeouts(MapReader& in, Timeouts& timeouts) {
  in.read("connect", timeouts.connect, kConnectTimeout);
  in.read("idle", timeouts.idle, kQuietTimeout);
  in.read("halfClose", timeouts.half_close, kQuietTimeout);
}

void read_health_check(MapReader& in, HealthCheck& check) {
  in.read("type", check.kind, kHealthCheckKind);
  in.read("interval", check.interval, kCheckInterval);
  in.read("timeout", check.timeout, kCheckTimeout);
  in.read("fall", check.fall, kStreak);
  in.read("rise", check.rise, kStreak);
}

void read_backend(MapReader& in, Backend& backend) {
  in.require("address", backend.address, parse_peer_address, "10.10.0.11:6443");
  in.read("weight", backend.weight, kWeight);
}

void read_listener(MapReader& in, Listener& listener) {
  in.require("name", listener.name, parse_label, "kube-apiserver");
  in.read("address", listener.address, parse_listen_address);
  in.read("policy", listener.policy, kPolicy);
  in.read_list("backends", [&](MapReader& backend) { read_backend(backend, listener.backends.emplace_back()); });
  in.read_map("timeouts", [&](MapReader& timeouts) { read_timeouts(timeouts, listener.timeouts); });
  in.read("retries", listener.retries, kRetries);
  in.read_map("healthCheck", [&](MapReader& check) { read_health_check(check, listener.health_check); });
}

void read_load_balancer(MapReader& in, LoadBalancer& balancer) {
  bool all_have_addresses = true;
  in.read_list("listeners", [&](MapReader& listener) {
    read_listener(listener, balancer.listeners.emplace_back());
    all_have_addresses = all_have_addresses && listener.has("address");
  });
  if (balancer.listeners.empty() || !all_have_addresses) {
    in.require("vip", balancer.vip, parse_unicast, "10.10.0.1");
  } else {
    in.read("vip", balancer.vip, parse_unicast);
  }
  in.read("datapath", balancer.datapath, kDatapath);
  in.read("workers", balancer.workers, parse_workers);
  in.read("reuseSockets", balancer.reuse_sockets, kYesOrNo);
  in.read("maxConnections", balancer.max_connections, kConnections);
  in.read("shutdownGrace", balancer.shutdown_grace, kGrace);
  in.read("socket", balancer.socket, parse_socket_path);
  in.read_map("admin", [&](MapReader& admin) {
    admin.require("address", balancer.admin, parse_listen_address, "127.0.0.1:9440");
  });
}

void read_machine_size(MapReader& in, Machine& machine) {
  in.read("cpus", machine.cpus, kCpus);
  in.read("memory", machine.memory, kMachineSize);
  in.read("disk", machine.disk, kMachineSize);
}

void read_machine(MapReader& in, Machine& machine) {
  in.require("name", machine.name, parse_label, "controller-0");
  in.require("role", machine.role, kRole, "control-plane, or worker");
  in.require("address", machine.address, parse_unicast, "10.10.0.11");
  in.read("weight", machine.weight, kWeight);
  in.read("podCIDR", machine.pod_cidr, parse_network);
  read_machine_size(in, machine);
}

void read_spec(MapReader& in, Cluster& cluster) {
  in.read("domain", cluster.domain, parse_domain);
  in.read("controlPlaneEndpoint", cluster.control_plane_endpoint, parse_host_port);
  in.read_map("networking", [&](MapReader& map) { read_networking(map, cluster.networking.emplace()); });
  in.read_map("nodeNetwork", [&](MapReader& map) { read_node_network(map, cluster.node_network.emplace()); });
  in.read_map("loadBalancer", [&](MapReader& map) { read_load_balancer(map, cluster.load_balancer.emplace()); });
  Machine defaults;
  in.read_map("machineDefaults", [&](MapReader& map) { read_machine_size(map, defaults); });
  in.read_list("machines", [&](MapReader& map) { read_machine(map, cluster.machines.emplace_back(defaults)); });
}

}  // namespace

Cluster read_cluster(const YamlNode& top, Findings& findings) {
  Cluster cluster;
  MapReader::read_top(top, findings, [&](MapReader& in) {
    std::monostate known;
    in.require("apiVersion", known, kApiVersion, "keepstate/v1");
    in.require("kind", known, kKind, "Cluster");
    in.read_map("metadata", [&](MapReader& map) { map.require("name", cluster.name, parse_label, "hard-way"); });
    in.require_map(
        "spec", [&](MapReader& map) { read_spec(map, cluster); }, "and below it what the cluster is made of");
  });
  return cluster;
}

}  // namespace cluster
