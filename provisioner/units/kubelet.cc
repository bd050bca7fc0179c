#include "provisioner/units/kubelet.h"

#include <fmt/format.h>

#include "lib/cluster/machine_files.h"
#include "provisioner/units/exec_line.h"

namespace provisioner::units {
namespace {

using cluster::Cluster;
using cluster::Machine;

constexpr std::string_view kKubelet = cluster::name_of(cluster::Program::kKubelet);
constexpr std::string_view kKubeletConfig = "/var/lib/kubelet/kubelet-config.yaml";
constexpr std::uint64_t kDnsHost = 10;  // of the network of Services: the Hard Way's cluster DNS

// Before 1.24 the kubelet brought Docker along, and had to be told to talk to another runtime.
bool knows_docker(cluster::KubernetesVersion version) {
  return version.minor <= 23;
}

// From 1.27 on the endpoint is a key of the configuration, and the flag is deprecated.
bool has_endpoint_in_config(cluster::KubernetesVersion version) {
  return version.minor >= 27;
}

// The node is called as the machine is, whatever the machine calls itself: its certificate is for that name alone.
ExecLine kubelet_line(const Cluster& cluster, const Machine& machine) {
  const auto& kubernetes = cluster.kubernetes;
  ExecLine::Flags flags{{"config", std::string(kKubeletConfig)}};
  if (knows_docker(kubernetes.version)) flags.emplace_back("container-runtime", "remote");
  if (!has_endpoint_in_config(kubernetes.version)) {
    flags.emplace_back("container-runtime-endpoint", kubernetes.container_runtime.endpoint);
  }
  flags.emplace_back("hostname-override", machine.name);
  flags.emplace_back("kubeconfig", cluster::path_for(machine, machine.name + ".kubeconfig", kKubelet));
  if (knows_docker(kubernetes.version)) flags.emplace_back("network-plugin", "cni");
  flags.emplace_back("node-ip", machine.address.to_string());
  flags.emplace_back("v", "2");
  ExecLine line(program_path(cluster, kKubelet), flags);
  line.extend(kubernetes.extra_args_of(cluster::Program::kKubelet));
  return line;
}

std::string kubelet_text(const Cluster& cluster, const Machine& machine) {
  const bool ours = cluster.kubernetes.container_runtime.kind == cluster::ContainerRuntimeKind::kContainerd;
  return fmt::format(
      "{}"
      "[Unit]\n"
      "Description=Kubernetes kubelet\n"
      "Documentation=https://kubernetes.io/docs\n"
      "Wants=network-online.target\n"
      "After=network-online.target{}\n"
      "{}"
      "\n"
      "[Service]\n"
      "{}\n"
      "Restart=on-failure\n"
      "RestartSec=5\n"
      "\n"
      "[Install]\n"
      "WantedBy=multi-user.target\n",
      mark_line(cluster), ours ? " containerd.service" : "", ours ? "Requires=containerd.service\n" : "",
      kubelet_line(cluster, machine).text());
}

// Every value is one of cluster.yaml's plain ones or stands in quotes, so none is taken for anything but a string.
std::string kubelet_config(const Cluster& cluster, const Machine& machine, const base::IpAddress& dns) {
  const auto file = [&](const std::string& name) { return cluster::path_for(machine, name, kKubelet); };
  std::string text = fmt::format(
      "{}"
      "kind: KubeletConfiguration\n"
      "apiVersion: kubelet.config.k8s.io/v1beta1\n"
      "authentication:\n"
      "  anonymous:\n"
      "    enabled: false\n"
      "  webhook:\n"
      "    enabled: true\n"
      "  x509:\n"
      "    clientCAFile: \"{}\"\n"
      "authorization:\n"
      "  mode: Webhook\n"
      "cgroupDriver: systemd\n"
      "clusterDomain: \"{}\"\n"
      "clusterDNS:\n"
      "  - \"{}\"\n",
      mark_line(cluster), file("ca.pem"), cluster.networking->dns_domain, dns.to_string());
  if (has_endpoint_in_config(cluster.kubernetes.version)) {
    text += fmt::format("containerRuntimeEndpoint: \"{}\"\n", cluster.kubernetes.container_runtime.endpoint);
  }
  return text + fmt::format(
                    "podCIDR: \"{}\"\n"
                    "resolvConf: \"{}\"\n"
                    "runtimeRequestTimeout: \"15m\"\n"
                    "tlsCertFile: \"{}\"\n"
                    "tlsPrivateKeyFile: \"{}\"\n",
                    machine.pod_cidr->to_string(), cluster.kubernetes.resolv_conf, file(machine.name + ".pem"),
                    file(machine.name + "-key.pem"));
}

}  // namespace

base::Result<UnitSet> kubelet_unit(const Cluster& cluster, const Machine& machine) {
  const auto& services = cluster.networking->service_subnet;
  const auto dns = services.host(kDnsHost);
  if (!dns) {
    return base::fail(
        "spec.networking.serviceSubnet {} has no tenth address, which pods ask for names; choose a larger "
        "network, as {}/24",
        services.to_string(), services.address().to_string());
  }
  return UnitSet{{std::string(kKubelet), program_path(cluster, kKubelet), {std::string(kKubeletConfig)}},
                 {{unit_path(kKubelet), kubelet_text(cluster, machine)},
                  {std::string(kKubeletConfig), kubelet_config(cluster, machine, *dns)}}};
}

}  // namespace provisioner::units
