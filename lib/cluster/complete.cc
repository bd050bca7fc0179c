#include "lib/cluster/complete.h"

#include <algorithm>
#include <map>

namespace cluster {
namespace {

using MachineNames = std::map<base::IpAddress, std::string>;

std::vector<Backend> control_plane_backends(const std::vector<Machine>& machines, std::uint16_t port) {
  std::vector<Backend> backends;
  for (const Machine& machine : machines) {
    if (machine.role != Role::kControlPlane) continue;
    backends.push_back(
        {.name = machine.name, .address = base::SocketAddress(machine.address, port), .weight = machine.weight});
  }
  return backends;
}

// Two ports of one machine are two backends: both go by their addresses then, as names must differ.
void name_backends(std::vector<Backend>& backends, const MachineNames& machines) {
  std::map<base::IpAddress, int> on_address;
  for (const Backend& backend : backends) ++on_address[backend.address.ip()];
  for (Backend& backend : backends) {
    const auto machine = machines.find(backend.address.ip());
    const bool alone = on_address[backend.address.ip()] == 1;
    backend.name = machine != machines.end() && alone ? machine->second : backend.address.to_string();
  }
}

// What pods call the API server by (kubeadm's choice too), so that its address may change.
std::string default_issuer(const Cluster& cluster) {
  const Networking defaults;
  const std::string& domain = cluster.networking ? cluster.networking->dns_domain : defaults.dns_domain;
  return "https://kubernetes.default.svc." + domain;
}

}  // namespace

void complete(Cluster& cluster, Findings& findings) {
  if (cluster.hypervisor.folder.empty()) cluster.hypervisor.folder = "/var/lib/keepstate/" + cluster.name;
  std::string& issuer = cluster.kubernetes.service_account_issuer;
  if (issuer.empty()) issuer = default_issuer(cluster);
  if (!cluster.load_balancer) return;
  MachineNames machines;
  for (const Machine& machine : cluster.machines) machines.emplace(machine.address, machine.name);
  LoadBalancer& balancer = *cluster.load_balancer;
  const auto& endpoint = cluster.control_plane_endpoint;
  for (std::size_t i = 0; i < balancer.listeners.size(); ++i) {
    Listener& listener = balancer.listeners[i];
    const std::string path = fmt::format("spec.loadBalancer.listeners[{}]", i);
    const bool lacks_address = !findings.given(path + ".address") && findings.sound(path + ".address");
    const bool lacks_backends = !findings.given(path + ".backends") && findings.sound(path + ".backends");
    const bool has_vip = !balancer.vip.is_unspecified();
    if (lacks_address && endpoint && has_vip) listener.address = base::SocketAddress(balancer.vip, endpoint->port);
    if (lacks_backends && endpoint) listener.backends = control_plane_backends(cluster.machines, endpoint->port);
    if (!lacks_backends) name_backends(listener.backends, machines);
    if (endpoint || !findings.sound("spec.controlPlaneEndpoint") || !(lacks_address || lacks_backends)) continue;
    findings.error(path,
                   fmt::format("{} has no {}, and there is no spec.controlPlaneEndpoint to take the port from; add one "
                               "of them",
                               path, lacks_address ? "address" : "backends"));
  }
}

}  // namespace cluster
