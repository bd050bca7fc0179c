#include "lib/cluster/validate.h"

#include <array>
#include <map>
#include <utility>

#include "lib/cluster/first_seen.h"
#include "lib/cluster/validate_kubernetes.h"
#include "lib/cluster/validate_load_balancer.h"
#include "lib/cluster/validate_pki.h"
#include "lib/cluster/validate_provisioning.h"

namespace cluster {
namespace {

constexpr const char* kPodSubnet = "spec.networking.podSubnet";
constexpr const char* kServiceSubnet = "spec.networking.serviceSubnet";
constexpr const char* kNodeCidr = "spec.nodeNetwork.cidr";
constexpr const char* kGateway = "spec.nodeNetwork.gateway";
constexpr const char* kVip = "spec.loadBalancer.vip";

std::string machine_path(std::size_t index, std::string_view key) {
  return fmt::format("spec.machines[{}].{}", index, key);
}

struct NamedNetwork {
  const char* path;
  base::IpNetwork network;
};

// The networks that the file names and that could be read, of those asked for.
class NamedNetworks {
 public:
  NamedNetworks(const Cluster& cluster, const Findings& findings) {
    const auto add = [&](const char* path, const base::IpNetwork& network) {
      if (findings.readable(path)) networks_.push_back({path, network});
    };
    if (cluster.networking) add(kPodSubnet, cluster.networking->pod_subnet);
    if (cluster.networking) add(kServiceSubnet, cluster.networking->service_subnet);
    if (cluster.node_network) add(kNodeCidr, cluster.node_network->cidr);
  }

  [[nodiscard]] const std::vector<NamedNetwork>& all() const { return networks_; }
  [[nodiscard]] const base::IpNetwork* find(std::string_view path) const {
    for (const NamedNetwork& named : networks_) {
      if (named.path == path) return &named.network;
    }
    return nullptr;
  }

 private:
  std::vector<NamedNetwork> networks_;
};

// "spec.networking.podSubnet" -> "podSubnet": how a message calls a path whose line it gives.
std::string_view last_part(std::string_view path) {
  return path.substr(path.rfind('.') + 1);
}

bool holds(const base::IpNetwork& outer, const base::IpNetwork& inner) {
  return inner.prefix_length() >= outer.prefix_length() && outer.contains(inner.address());
}

// What an IPv4 network keeps for itself: its own and its broadcast address. /31 has neither (RFC 3021).
std::optional<std::string_view> reserved_use(const base::IpNetwork& network, const base::IpAddress& address) {
  const unsigned host_bits = network.address().bit_length() - network.prefix_length();
  if (network.address().is_v6() || host_bits < 2) return std::nullopt;
  if (address == network.address()) return "network";
  const auto broadcast = network.host((std::uint64_t{1} << host_bits) - 1);
  if (broadcast && address == *broadcast) return "broadcast";
  return std::nullopt;
}

void check_overlaps(const NamedNetworks& networks, Findings& findings) {
  for (std::size_t i = 0; i < networks.all().size(); ++i) {
    for (std::size_t j = i + 1; j < networks.all().size(); ++j) {
      NamedNetwork first = networks.all()[i];
      NamedNetwork second = networks.all()[j];
      if (!first.network.overlaps(second.network)) continue;
      if (findings.where(second.path) < findings.where(first.path)) std::swap(first, second);
      findings.error(second.path, fmt::format("{}: {} overlaps {} {} of line {}; choose networks that share no address",
                                              last_part(second.path), second.network.to_string(), last_part(first.path),
                                              first.network.to_string(), findings.where(first.path).line));
    }
  }
}

// An address that must lie in the nodes' network and be free for a machine there.
void check_node_address(const std::string& path, const base::IpAddress& address, const NamedNetworks& networks,
                        Findings& findings) {
  const base::IpNetwork* const cidr = networks.find(kNodeCidr);
  if (cidr == nullptr || !findings.readable(path)) return;
  if (!cidr->contains(address)) {
    findings.error(path, fmt::format("{}: {} lies outside nodeNetwork.cidr {}; choose an address inside",
                                     last_part(path), address.to_string(), cidr->to_string()));
  } else if (const auto use = reserved_use(*cidr, address)) {
    findings.error(path, fmt::format("{}: {} is the {} address of nodeNetwork.cidr {}; choose another", last_part(path),
                                     address.to_string(), *use, cidr->to_string()));
  }
}

void check_not_in_cluster_networks(const std::string& path, const base::IpAddress& address,
                                   const NamedNetworks& networks, Findings& findings) {
  if (!findings.readable(path)) return;
  for (const char* const other : {kPodSubnet, kServiceSubnet}) {
    const base::IpNetwork* const network = networks.find(other);
    if (network == nullptr || !network->contains(address)) continue;
    findings.error(path,
                   fmt::format("{}: {} lies inside {} {}, whose addresses Kubernetes gives out; choose one outside",
                               last_part(path), address.to_string(), last_part(other), network->to_string()));
  }
}

void check_machine_address(const Cluster& cluster, std::size_t i, const NamedNetworks& networks, Findings& findings) {
  const std::string path = machine_path(i, "address");
  const base::IpAddress& address = cluster.machines[i].address;
  check_node_address(path, address, networks, findings);
  if (networks.find(kNodeCidr) == nullptr) check_not_in_cluster_networks(path, address, networks, findings);
  if (findings.readable(path) && findings.readable(kGateway) && address == cluster.node_network->gateway) {
    findings.error(path, fmt::format("address: {} is the gateway of line {}; choose another", address.to_string(),
                                     findings.where(kGateway).line));
  }
}

// The pods' networks of machines that share no address so far. Networks either nest or are disjoint, so only the
// neighbours in the order of addresses can overlap a new one.
class PodCidrs {
 public:
  // The machine whose network overlaps; otherwise the network is kept.
  std::optional<std::size_t> add(const base::IpNetwork& network, std::size_t machine) {
    const auto behind = networks_.lower_bound(network.address());
    if (behind != networks_.end() && network.overlaps(behind->second.first)) return behind->second.second;
    if (behind != networks_.begin()) {
      const auto& before = std::prev(behind)->second;
      if (network.overlaps(before.first)) return before.second;
    }
    networks_.emplace(network.address(), std::pair(network, machine));
    return std::nullopt;
  }

 private:
  std::map<base::IpAddress, std::pair<base::IpNetwork, std::size_t>> networks_;
};

void check_pod_cidrs(const std::vector<Machine>& machines, const NamedNetworks& networks, Findings& findings) {
  PodCidrs taken;
  const base::IpNetwork* const subnet = networks.find(kPodSubnet);
  const base::IpNetwork* const nodes = networks.find(kNodeCidr);
  for (std::size_t i = 0; i < machines.size(); ++i) {
    const std::string path = machine_path(i, "podCIDR");
    if (!machines[i].pod_cidr || !findings.readable(path)) continue;
    const base::IpNetwork& network = *machines[i].pod_cidr;
    if (subnet != nullptr && !holds(*subnet, network)) {
      findings.error(path, fmt::format("podCIDR: {} lies outside podSubnet {}; choose a part of it",
                                       network.to_string(), subnet->to_string()));
    }
    if (subnet == nullptr && nodes != nullptr && nodes->overlaps(network)) {
      findings.error(path,
                     fmt::format("podCIDR: {} overlaps nodeNetwork.cidr {}; choose networks that share no address",
                                 network.to_string(), nodes->to_string()));
    }
    if (const auto other = taken.add(network, i)) {
      findings.error(path,
                     fmt::format("podCIDR: {} overlaps {} of machine '{}'; give each machine its own part of podSubnet",
                                 network.to_string(), machines[*other].pod_cidr->to_string(), machines[*other].name));
    }
  }
}

void check_machines(const Cluster& cluster, const NamedNetworks& networks, Findings& findings) {
  FirstSeen<std::string> names("name");
  FirstSeen<base::IpAddress> addresses("address");
  for (std::size_t i = 0; i < cluster.machines.size(); ++i) {
    const Machine& machine = cluster.machines[i];
    names.check(machine.name, machine.name, machine_path(i, "name"), findings);
    addresses.check(machine.address, machine.address.to_string(), machine_path(i, "address"), findings);
    check_machine_address(cluster, i, networks, findings);
    const std::string weight = machine_path(i, "weight");
    if (machine.role == Role::kWorker && findings.readable(weight) && findings.readable(machine_path(i, "role"))) {
      findings.warning(weight, "weight: a worker serves no API, so its weight counts for nothing; remove it");
    }
  }
  check_pod_cidrs(cluster.machines, networks, findings);
}

void check_vip(const Cluster& cluster, const NamedNetworks& networks, Findings& findings) {
  if (!findings.readable(kVip)) return;
  const base::IpAddress& vip = cluster.load_balancer->vip;
  check_not_in_cluster_networks(kVip, vip, networks, findings);
  // Outside nodeNetwork is fine: the machines reach the VIP through their gateway then.
  const base::IpNetwork* const cidr = networks.find(kNodeCidr);
  if (cidr != nullptr && cidr->contains(vip)) check_node_address(kVip, vip, networks, findings);
  if (findings.readable(kGateway) && vip == cluster.node_network->gateway) {
    findings.error(kVip,
                   fmt::format("vip: {} is the gateway of line {}; the VIP must be an address that nothing else has",
                               vip.to_string(), findings.where(kGateway).line));
  }
  for (std::size_t i = 0; i < cluster.machines.size(); ++i) {
    if (!findings.readable(machine_path(i, "address")) || cluster.machines[i].address != vip) continue;
    findings.error(
        kVip, fmt::format("vip: {} is the address of machine '{}'; the VIP must be an address that nothing else has",
                          vip.to_string(), cluster.machines[i].name));
  }
}

void check_domain(const std::string& domain, Findings& findings) {
  if (domain != "local" && !domain.ends_with(".local")) return;
  findings.warning("spec.domain",
                   fmt::format("domain: '{}' belongs to multicast DNS (RFC 6762), so some machines will not ask "
                               "a DNS server for it; a name under home.arpa is safe (RFC 8375)",
                               domain));
}

}  // namespace

void validate(const Cluster& cluster, Findings& findings) {
  const NamedNetworks networks(cluster, findings);
  check_domain(cluster.domain, findings);
  check_overlaps(networks, findings);
  if (cluster.node_network) check_node_address(kGateway, cluster.node_network->gateway, networks, findings);
  check_machines(cluster, networks, findings);
  check_vip(cluster, networks, findings);
  validate_load_balancer(cluster, findings);
  validate_provisioning(cluster, findings);
  validate_pki(cluster.pki, findings);
  validate_kubernetes(cluster, findings);
}

}  // namespace cluster
