#include "lib/cluster/read_cluster.h"

#include <variant>

#include "lib/cluster/map_reader.h"
#include "lib/cluster/read_kubernetes.h"
#include "lib/cluster/read_load_balancer.h"
#include "lib/cluster/read_pki.h"
#include "lib/cluster/read_provisioning.h"
#include "lib/cluster/scalar.h"

namespace cluster {
namespace {

constexpr OneOf<std::monostate, 1> kApiVersion{{{{"keepstate/v1", {}}}}};
constexpr OneOf<std::monostate, 1> kKind{{{{"Cluster", {}}}}};
constexpr OneOf<Role, 2> kRole{{{{"control-plane", Role::kControlPlane}, {"worker", Role::kWorker}}}};
constexpr NumberBetween kMachineWeight{0, 65'535};
constexpr NumberBetween kCpus{1, 512};
constexpr SizeBetween kMachineSize{16ULL << 20, 64ULL << 40};

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

void read_machine_size(MapReader& in, Machine& machine) {
  in.read("cpus", machine.cpus, kCpus);
  in.read("memory", machine.memory, kMachineSize);
  in.read("disk", machine.disk, kMachineSize);
}

void read_machine(MapReader& in, Machine& machine) {
  in.require("name", machine.name, parse_label, "controller-0");
  in.require("role", machine.role, kRole, "control-plane, or worker");
  in.require("address", machine.address, parse_unicast, "10.10.0.11");
  in.read("weight", machine.weight, kMachineWeight);
  in.read("podCIDR", machine.pod_cidr, parse_network);
  in.read("mac", machine.mac, parse_mac);
  read_machine_size(in, machine);
}

void read_spec(MapReader& in, Cluster& cluster) {
  in.read("domain", cluster.domain, parse_domain);
  in.read("controlPlaneEndpoint", cluster.control_plane_endpoint, parse_host_port);
  in.read_map("networking", [&](MapReader& map) { read_networking(map, cluster.networking.emplace()); });
  in.read_map("nodeNetwork", [&](MapReader& map) { read_node_network(map, cluster.node_network.emplace()); });
  in.read_map("loadBalancer", [&](MapReader& map) { read_load_balancer(map, cluster.load_balancer.emplace()); });
  in.read_map("hypervisor", [&](MapReader& map) { read_hypervisor(map, cluster.hypervisor); });
  in.read_map("access", [&](MapReader& map) { read_access(map, cluster.access); });
  in.read_map("dns", [&](MapReader& map) { read_dns(map, cluster.dns); });
  in.read_map("pki", [&](MapReader& map) { read_pki(map, cluster.pki); });
  in.read_map("kubernetes", [&](MapReader& map) { read_kubernetes(map, cluster.kubernetes); });
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
