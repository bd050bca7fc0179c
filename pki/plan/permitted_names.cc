#include "pki/plan/permitted_names.h"

#include <algorithm>
#include <array>

namespace pki::plan {
namespace {

// Collects subtrees; one that lies below another is left out.
class Subtrees {
 public:
  void add_domain(std::string_view domain) {
    if (domain.empty()) return;
    std::string wanted = canonical_dns_name(domain);
    if (std::none_of(result_.domains.begin(), result_.domains.end(),
                     [&](const std::string& one) { return is_below(wanted, one); })) {
      result_.domains.push_back(std::move(wanted));
    }
  }
  void add_network(const base::IpNetwork& network) {
    if (network.prefix_length() == 0) return;  // unset
    if (std::none_of(result_.networks.begin(), result_.networks.end(),
                     [&](const base::IpNetwork& one) { return one.contains(network); })) {
      result_.networks.push_back(network);
    }
  }
  void add_host(std::string_view host) {
    const auto address = base::IpAddress::parse(host);
    address ? add_address(*address) : add_domain(host);
  }
  void add_address(const base::IpAddress& address) {
    if (!address.is_unspecified()) add_network(base::IpNetwork::around(address, address.bit_length()));
  }
  [[nodiscard]] PermittedNames take() && { return std::move(result_); }

  // RFC 5280 s4.2.1.10: a name satisfies a constraint when labels may be put before the constraint to get it.
  static bool is_below(std::string_view name, std::string_view domain) {
    if (name == domain) return true;
    return name.size() > domain.size() && name.ends_with(domain) && name[name.size() - domain.size() - 1] == '.';
  }

 private:
  PermittedNames result_;
};

// "kubernetes.default" lies below "default", and services below "svc": whoever asks for them uses the cluster's own
// names, which no public authority signs for.
constexpr std::array<std::string_view, 3> kInsideNames{"kubernetes", "kubernetes.default", "svc"};

}  // namespace

PermittedNames permitted_names(const cluster::Cluster& cluster, const cluster::NameConstraints& besides) {
  Subtrees subtrees;
  subtrees.add_domain(cluster.domain);
  for (const auto name : kInsideNames) subtrees.add_domain(name);
  if (cluster.networking) subtrees.add_domain(cluster.networking->dns_domain);
  if (cluster.networking) subtrees.add_domain("svc." + first_label(cluster.networking->dns_domain));
  if (cluster.node_network) subtrees.add_network(cluster.node_network->cidr);
  if (cluster.networking) subtrees.add_network(cluster.networking->service_subnet);
  subtrees.add_network(base::IpNetwork::around(*base::IpAddress::parse("127.0.0.1"), 8));
  if (cluster.control_plane_endpoint) subtrees.add_host(cluster.control_plane_endpoint->host);
  if (cluster.load_balancer) subtrees.add_address(cluster.load_balancer->vip);
  for (const auto& machine : cluster.machines) {
    subtrees.add_domain(machine.name);
    subtrees.add_address(machine.address);
  }
  for (const auto& name : cluster.pki.extra_names) subtrees.add_host(name);
  for (const auto& domain : besides.domains) subtrees.add_domain(domain);
  for (const auto& network : besides.networks) subtrees.add_network(network);
  return std::move(subtrees).take();
}

std::vector<std::string> forbidden_names(const AlternativeNames& names, const PermittedNames& permitted) {
  std::vector<std::string> forbidden;
  for (const auto& name : names.dns) {
    const bool allowed = std::any_of(permitted.domains.begin(), permitted.domains.end(),
                                     [&](const std::string& domain) { return Subtrees::is_below(name, domain); });
    if (!permitted.domains.empty() && !allowed) forbidden.push_back(name);
  }
  for (const auto& address : names.addresses) {
    const bool allowed = std::any_of(permitted.networks.begin(), permitted.networks.end(),
                                     [&](const base::IpNetwork& network) { return network.contains(address); });
    if (!permitted.networks.empty() && !allowed) forbidden.push_back(address.to_string());
  }
  return forbidden;
}

}  // namespace pki::plan
