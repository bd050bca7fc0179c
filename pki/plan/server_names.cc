#include "pki/plan/server_names.h"

#include <algorithm>
#include <string_view>
#include <utility>

namespace pki::plan {
namespace {

// Collects names and addresses once each, in the order they come; the first reason stays.
class NameList {
 public:
  void add(const base::IpAddress& address, std::string why) {
    auto& all = names_.addresses;
    if (std::find(all.begin(), all.end(), address) != all.end()) return;
    all.push_back(address);
    of_addresses_.push_back({address.to_string(), std::move(why)});
  }
  void add(std::string_view name, std::string why) {
    std::string wanted = canonical_dns_name(name);
    if (std::find(names_.dns.begin(), names_.dns.end(), wanted) != names_.dns.end()) return;
    names_.dns.push_back(wanted);
    of_dns_.push_back({std::move(wanted), std::move(why)});
  }
  // A host that is an address in digits must be an address in the certificate: clients do not look for it among names.
  void add_host(std::string_view host, std::string why) {
    if (const auto address = base::IpAddress::parse(host)) return add(*address, std::move(why));
    add(host, std::move(why));
  }
  [[nodiscard]] ServerNames take() && {
    of_dns_.insert(of_dns_.end(), of_addresses_.begin(), of_addresses_.end());
    return {std::move(names_), std::move(of_dns_)};
  }

 private:
  AlternativeNames names_;
  std::vector<NameReason> of_dns_;
  std::vector<NameReason> of_addresses_;
};

void add_control_plane(const cluster::Cluster& cluster, NameList& list) {
  for (const auto& machine : cluster.machines) {
    if (machine.role != cluster::Role::kControlPlane) continue;
    list.add(machine.address, fmt::format("the address of {}: etcd's members call each other by it, the balancer the "
                                          "server (spec.machines)",
                                          machine.name));
    list.add(machine.name, fmt::format("the machine {} by its name (spec.machines)", machine.name));
    if (cluster.domain.empty()) continue;
    list.add(machine.name + "." + cluster.domain,
             fmt::format("the machine {} by its name in DNS (spec.machines, spec.domain)", machine.name));
  }
}

void add_inside_names(const cluster::Networking& networking, NameList& list) {
  list.add(*service_address(networking),
           "the service `kubernetes`, which always gets the first address: pods call the server by it "
           "(spec.networking.serviceSubnet)");
  list.add(*base::IpAddress::parse("127.0.0.1"),
           "kube-controller-manager, kube-scheduler and kubectl on the same machine call it by this address");
  for (const auto* name : {"kubernetes", "kubernetes.default", "kubernetes.default.svc"}) {
    list.add(std::string_view(name), "pods call the server by the service's name");
  }
  list.add("kubernetes.default.svc." + networking.dns_domain,
           "pods call the server by the service's whole name (spec.networking.dnsDomain)");
  // No resolver gives these two to anybody, but who checks a certificate against the lab's list finds them.
  for (const auto& name :
       {"kubernetes.default.svc." + first_label(networking.dns_domain), "kubernetes.svc." + networking.dns_domain}) {
    list.add(name, "Kubernetes the Hard Way lists it in lab 04 (edition of 2020)");
  }
}

}  // namespace

base::Result<base::IpAddress> service_address(const cluster::Networking& networking) {
  return networking.service_subnet.host(1);
}

ServerNames api_server_names(const cluster::Cluster& cluster) {
  NameList list;
  list.add(cluster.load_balancer->vip,
           "the VIP: kubelets, kube-proxy and remote administrators call the server by it (spec.loadBalancer.vip)");
  list.add_host(cluster.control_plane_endpoint->host,
                "the endpoint's name: the same call it by name (spec.controlPlaneEndpoint)");
  add_control_plane(cluster, list);
  add_inside_names(*cluster.networking, list);
  for (const auto& name : cluster.pki.extra_names) list.add_host(name, "asked for (spec.pki.certSANs)");
  return std::move(list).take();
}

ServerNames kubelet_names(const cluster::Cluster& cluster, const cluster::Machine& machine) {
  NameList list;
  list.add(machine.name, "the node's name: the API server calls its kubelet by it for logs, exec and port-forward");
  if (!cluster.domain.empty()) {
    list.add(machine.name + "." + cluster.domain, "the same name in DNS (spec.domain)");
  }
  list.add(machine.address, "the node's address: the API server calls its kubelet by it (spec.machines)");
  return std::move(list).take();
}

}  // namespace pki::plan
