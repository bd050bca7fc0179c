#include "pki/plan/certificate_plan.h"

#include <algorithm>
#include <string>
#include <utility>

#include "pki/plan/server_names.h"

namespace pki::plan {
namespace {

using cluster::Cluster;

// X.520's upper bound of a common name. "system:node:" takes 12 of it.
constexpr std::size_t kLongestCommonName = 64;
constexpr std::string_view kNodePrefix = "system:node:";

bool is_control_plane(const cluster::Machine& machine) {
  return machine.role == cluster::Role::kControlPlane;
}

// What is wrong with the service network; empty: nothing.
std::string service_subnet_fault(const Cluster& cluster) {
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

void check_worker_names(const Cluster& cluster, cluster::Diagnostics& missing) {
  for (const auto& machine : cluster.machines) {
    if (is_control_plane(machine) || machine.name.size() + kNodePrefix.size() <= kLongestCommonName) continue;
    missing.push_back({0, 0,
                       fmt::format("spec.machines: '{}' is too long for its kubelet's certificate, whose CN is "
                                   "system:node:NAME and ends at 64 characters; use at most {}",
                                   machine.name, kLongestCommonName - kNodePrefix.size())});
  }
}

cluster::Diagnostics missing_keys(const Cluster& cluster) {
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
  check_worker_names(cluster, missing);
  return missing;
}

CertificateSpec authority(const Cluster& cluster) {
  CertificateSpec spec{
      std::string("ca"), "certificate authority", CertificateKind::kAuthority, {"Kubernetes", "Kubernetes"}, {}};
  spec.lifetime = cluster.pki.authority_validity;
  spec.algorithm = cluster.pki.algorithm;
  if (const auto& besides = cluster.pki.name_constraints) spec.permitted = permitted_names(cluster, *besides);
  return spec;
}

CertificateSpec leaf(const Cluster& cluster, std::string name, std::string purpose, CertificateKind kind,
                     Subject subject) {
  CertificateSpec spec{std::move(name), std::move(purpose), kind, std::move(subject), {}};
  spec.lifetime = cluster.pki.leaf_validity;
  spec.algorithm = cluster.pki.algorithm;
  return spec;
}

CertificateSpec with_names(CertificateSpec spec, ServerNames names) {
  spec.names = std::move(names.names);
  spec.name_reasons = std::move(names.reasons);
  return spec;
}

CertificateSpec kubelet(const Cluster& cluster, const cluster::Machine& machine) {
  return with_names(leaf(cluster, machine.name, "kubelet of " + machine.name, CertificateKind::kServerAndClient,
                         {std::string(kNodePrefix) + machine.name, "system:nodes"}),
                    kubelet_names(cluster, machine));
}

CertificateSpec service_account(const Cluster& cluster) {
  auto spec = leaf(cluster, "service-account", "service-account tokens", CertificateKind::kTokenSigner,
                   {"service-accounts", ""});
  spec.algorithm = cluster::service_account_algorithm(cluster.pki);
  return spec;
}

}  // namespace

tl::expected<std::vector<CertificateSpec>, cluster::Diagnostics> certificates_for(const Cluster& cluster) {
  if (auto missing = missing_keys(cluster); !missing.empty()) return tl::unexpected(std::move(missing));
  constexpr auto kClient = CertificateKind::kClient;
  std::vector<CertificateSpec> specs{
      authority(cluster),
      with_names(leaf(cluster, "kubernetes", "API server", CertificateKind::kServerAndClient, {"kubernetes", ""}),
                 api_server_names(cluster)),
      leaf(cluster, "admin", "administrator's client", kClient, {"admin", "system:masters"}),
      leaf(cluster, "kube-controller-manager", "kube-controller-manager", kClient,
           {"system:kube-controller-manager", "system:kube-controller-manager"}),
      leaf(cluster, "kube-scheduler", "kube-scheduler", kClient, {"system:kube-scheduler", "system:kube-scheduler"}),
      leaf(cluster, "kube-proxy", "kube-proxy", kClient, {"system:kube-proxy", "system:node-proxier"}),
      service_account(cluster),
  };
  for (const auto& machine : cluster.machines) {
    if (!is_control_plane(machine)) specs.push_back(kubelet(cluster, machine));
  }
  return specs;
}

}  // namespace pki::plan
