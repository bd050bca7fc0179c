#include "provisioner/units/proxy.h"

#include <fmt/format.h>

#include "lib/cluster/machine_files.h"
#include "provisioner/units/exec_line.h"

namespace provisioner::units {
namespace {

using cluster::Cluster;
using cluster::Machine;

constexpr std::string_view kProxy = cluster::name_of(cluster::Program::kProxy);
constexpr std::string_view kProxyConfig = "/var/lib/kube-proxy/kube-proxy-config.yaml";
constexpr std::string_view kModules = "/etc/modules-load.d/kubernetes.conf";
constexpr std::string_view kSysctls = "/etc/sysctl.d/60-kubernetes.conf";

std::string proxy_text(const Cluster& cluster) {
  ExecLine line(program_path(cluster, kProxy), {{"config", std::string(kProxyConfig)}, {"v", "2"}});
  line.extend(cluster.kubernetes.extra_args_of(cluster::Program::kProxy));
  return fmt::format(
      "{}"
      "[Unit]\n"
      "Description=Kubernetes kube-proxy\n"
      "Documentation=https://kubernetes.io/docs\n"
      "Wants=network-online.target\n"
      "After=network-online.target\n"
      "\n"
      "[Service]\n"
      "{}\n"
      "Restart=on-failure\n"
      "RestartSec=5\n"
      "\n"
      "[Install]\n"
      "WantedBy=multi-user.target\n",
      mark_line(cluster), line.text());
}

std::string proxy_config(const Cluster& cluster, const Machine& machine) {
  return fmt::format(
      "{}"
      "kind: KubeProxyConfiguration\n"
      "apiVersion: kubeproxy.config.k8s.io/v1alpha1\n"
      "clientConnection:\n"
      "  kubeconfig: \"{}\"\n"
      "clusterCIDR: \"{}\"\n"
      "hostnameOverride: \"{}\"\n"
      "mode: iptables\n",
      mark_line(cluster), cluster::path_for(machine, "kube-proxy.kubeconfig", kProxy),
      cluster.networking->pod_subnet.to_string(), machine.name);
}

}  // namespace

UnitSet proxy_unit(const Cluster& cluster, const Machine& machine) {
  return {{std::string(kProxy), program_path(cluster, kProxy), {std::string(kProxyConfig)}},
          {{unit_path(kProxy), proxy_text(cluster)}, {std::string(kProxyConfig), proxy_config(cluster, machine)}}};
}

// What one pod sends to a Service whose other end is on the same bridge passes kube-proxy's rules only so.
std::vector<UnitSet> kernel_units(const Cluster& cluster) {
  const std::string modules = mark_line(cluster) + "br_netfilter\noverlay\n";
  const std::string sysctls = mark_line(cluster) +
                              "net.bridge.bridge-nf-call-iptables = 1\n"
                              "net.bridge.bridge-nf-call-ip6tables = 1\n"
                              "net.ipv4.ip_forward = 1\n"
                              "net.ipv6.conf.all.forwarding = 1\n";
  return {{{"systemd-modules-load", "", {std::string(kModules)}}, {{std::string(kModules), modules}}},
          {{"systemd-sysctl", "", {std::string(kSysctls)}}, {{std::string(kSysctls), sysctls}}}};
}

}  // namespace provisioner::units
