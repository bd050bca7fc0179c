#include "pki/plan/certificate_plan.h"

#include <algorithm>
#include <string>
#include <string_view>
#include <utility>

namespace pki::plan {
namespace {

constexpr std::chrono::days kAuthorityLifetime{3650};
constexpr std::chrono::days kLeafLifetime{365};

// Collects names and addresses once each, in the order they come.
class NameList {
 public:
  void add(const base::IpAddress& address) {
    if (std::find(names_.addresses.begin(), names_.addresses.end(), address) == names_.addresses.end()) {
      names_.addresses.push_back(address);
    }
  }
  void add(std::string_view name) {
    std::string wanted = canonical_dns_name(name);
    if (std::find(names_.dns.begin(), names_.dns.end(), wanted) == names_.dns.end()) {
      names_.dns.push_back(std::move(wanted));
    }
  }
  // A host that is an address in digits must be an address in the certificate: clients do not look for it among names.
  void add_host(std::string_view host) {
    if (const auto address = base::IpAddress::parse(host)) return add(*address);
    add(host);
  }
  [[nodiscard]] AlternativeNames take() && { return std::move(names_); }

 private:
  AlternativeNames names_;
};

bool is_control_plane(const cluster::Machine& machine) {
  return machine.role == cluster::Role::kControlPlane;
}

// The API server's own service `kubernetes` gets the first address of the service network, in every cluster.
base::Result<base::IpAddress> service_address(const cluster::Networking& networking) {
  return networking.service_subnet.host(1);
}

// What is wrong with the service network; empty: nothing.
std::string service_subnet_fault(const cluster::Cluster& cluster) {
  if (!cluster.networking || cluster.networking->service_subnet.prefix_length() == 0) {
    return "spec.networking.serviceSubnet is needed: pods reach the API server at its first address, so the "
           "certificate must name it; give it, for example serviceSubnet: 10.32.0.0/24";
  }
  if (service_address(*cluster.networking)) return "";
  return fmt::format(
      "spec.networking.serviceSubnet: {} has no first address for the API server's service; use a larger "
      "network, for example 10.32.0.0/24",
      cluster.networking->service_subnet.to_string());
}

cluster::Diagnostics missing_keys(const cluster::Cluster& cluster) {
  cluster::Diagnostics missing;
  if (!cluster.control_plane_endpoint) {
    missing.push_back({0, 0,
                       "spec.controlPlaneEndpoint is needed: clients check the API server's certificate against "
                       "this name; give it, for example controlPlaneEndpoint: kubernetes.home.arpa:6443"});
  }
  if (auto fault = service_subnet_fault(cluster); !fault.empty()) missing.push_back({0, 0, std::move(fault)});
  if (!cluster.load_balancer || cluster.load_balancer->vip.is_unspecified()) {
    missing.push_back({0, 0,
                       "spec.loadBalancer.vip is needed: clients reach the API server at this address, so its "
                       "certificate must name it; give it, for example loadBalancer: {vip: 10.10.0.1}"});
  }
  if (std::none_of(cluster.machines.begin(), cluster.machines.end(), is_control_plane)) {
    missing.push_back({0, 0,
                       "spec.machines needs at least one machine with role: control-plane: the API server's "
                       "certificate must name the machines it runs on"});
  }
  return missing;
}

// Every name and address by which something calls the API server or a member of etcd; docs/pki.md has the reasons.
AlternativeNames api_server_names(const cluster::Cluster& cluster) {
  NameList names;
  names.add(cluster.load_balancer->vip);
  names.add_host(cluster.control_plane_endpoint->host);
  for (const auto& machine : cluster.machines) {
    if (!is_control_plane(machine)) continue;
    names.add(machine.address);
    names.add(machine.name);
    if (!cluster.domain.empty()) names.add(machine.name + "." + cluster.domain);
  }
  names.add(*service_address(*cluster.networking));
  names.add(*base::IpAddress::parse("127.0.0.1"));
  for (const auto* name : {"kubernetes", "kubernetes.default", "kubernetes.default.svc"})
    names.add(std::string_view(name));
  names.add("kubernetes.default.svc." + cluster.networking->dns_domain);
  return std::move(names).take();
}

}  // namespace

tl::expected<std::vector<CertificateSpec>, cluster::Diagnostics> certificates_for(const cluster::Cluster& cluster) {
  if (auto missing = missing_keys(cluster); !missing.empty()) return tl::unexpected(std::move(missing));
  return std::vector<CertificateSpec>{
      {"ca",
       "certificate authority",
       CertificateKind::kAuthority,
       {"Kubernetes", "Kubernetes"},
       {},
       kAuthorityLifetime},
      {"kubernetes",
       "API server",
       CertificateKind::kServerAndClient,
       {"kubernetes", ""},
       api_server_names(cluster),
       kLeafLifetime},
      {"admin", "administrator's client", CertificateKind::kClient, {"admin", "system:masters"}, {}, kLeafLifetime},
  };
}

}  // namespace pki::plan
