#include "provisioner/units/api_server.h"

#include <fmt/format.h>

#include <algorithm>

#include "lib/base/duration.h"
#include "lib/cluster/machine_files.h"
#include "provisioner/units/exec_line.h"

namespace provisioner::units {
namespace {

using cluster::Cluster;
using cluster::Machine;

constexpr std::string_view kApiServer = cluster::name_of(cluster::Program::kApiServer);
constexpr std::string_view kAuditPolicy = "/etc/kubernetes/config/audit-policy.yaml";
constexpr std::string_view kKubeletAccess = "/etc/kubernetes/config/kube-apiserver-to-kubelet.yaml";
constexpr std::uint16_t kUsualPort = 6443;

std::uint16_t api_port(const Cluster& cluster) {
  return cluster.control_plane_endpoint ? cluster.control_plane_endpoint->port : kUsualPort;
}

// A server that serves alone would only have its clients come back to it ("should NOT enable this", kube-apiserver
// --help).
std::string goaway_chance(const Cluster& cluster) {
  const auto servers = std::count_if(cluster.machines.begin(), cluster.machines.end(), [](const Machine& machine) {
    return machine.role == cluster::Role::kControlPlane;
  });
  const unsigned per_million = cluster.kubernetes.goaway_per_million.value_or(servers > 1 ? 1000U : 0U);
  if (per_million == 0) return "0";
  std::string text = fmt::format("0.{:06}", per_million);
  text.erase(text.find_last_not_of('0') + 1);
  return text;
}

// Every --*-file is a file that keepstate-pki places (lib/cluster/machine_files.h).
ExecLine api_server_line(const Cluster& cluster, const Machine& machine) {
  const auto file = [&](std::string_view name) { return cluster::path_for(machine, name, kApiServer); };
  ExecLine line(program_path(cluster, kApiServer),
                {{"advertise-address", machine.address.to_string()},
                 {"allow-privileged", "true"},
                 {"audit-log-maxage", "30"},
                 {"audit-log-maxbackup", "3"},
                 {"audit-log-maxsize", "100"},
                 {"audit-log-path", "/var/log/audit.log"},
                 {"audit-policy-file", std::string(kAuditPolicy)},
                 {"authorization-mode", "Node,RBAC"},
                 {"bind-address", machine.address.is_v6() ? "::" : "0.0.0.0"},
                 {"client-ca-file", file("ca.pem")},
                 {"enable-admission-plugins", "NodeRestriction"},
                 {"encryption-provider-config", file("encryption-config.yaml")},
                 {"etcd-cafile", file("ca.pem")},
                 {"etcd-certfile", file("kubernetes.pem")},
                 {"etcd-keyfile", file("kubernetes-key.pem")},
                 {"etcd-servers", "https://127.0.0.1:2379"},
                 {"goaway-chance", goaway_chance(cluster)},
                 {"kubelet-certificate-authority", file("ca.pem")},
                 {"kubelet-client-certificate", file("kubernetes.pem")},
                 {"kubelet-client-key", file("kubernetes-key.pem")},
                 {"kubelet-preferred-address-types", "InternalIP,Hostname"},
                 {"secure-port", fmt::format("{}", api_port(cluster))},
                 {"service-account-issuer", cluster.kubernetes.service_account_issuer},
                 {"service-account-key-file", file("service-account.pem")},
                 {"service-account-signing-key-file", file("service-account-key.pem")},
                 {"service-cluster-ip-range", cluster.networking->service_subnet.to_string()},
                 {"shutdown-delay-duration", base::duration_text(cluster.kubernetes.shutdown_delay)},
                 {"tls-cert-file", file("kubernetes.pem")},
                 {"tls-private-key-file", file("kubernetes-key.pem")},
                 {"v", "2"}});
  line.extend(cluster.kubernetes.extra_args_of(cluster::Program::kApiServer));
  return line;
}

// From SIGTERM on it waits for shutdown_delay, then up to a minute for requests.
std::chrono::seconds stop_timeout(const Cluster& cluster) {
  return std::chrono::ceil<std::chrono::seconds>(cluster.kubernetes.shutdown_delay) + std::chrono::seconds{90};
}

std::string api_server_text(const Cluster& cluster, const Machine& machine) {
  return fmt::format(
      "{}"
      "[Unit]\n"
      "Description=Kubernetes API server\n"
      "Documentation=https://kubernetes.io/docs\n"
      "Wants=network-online.target\n"
      "After=network-online.target etcd.service\n"
      "\n"
      "[Service]\n"
      "Type=notify\n"
      "{}\n"
      "Restart=on-failure\n"
      "RestartSec=5\n"
      "TimeoutStopSec={}\n"
      "LimitNOFILE=65536\n"
      "\n"
      "[Install]\n"
      "WantedBy=multi-user.target\n",
      mark_line(cluster), api_server_line(cluster, machine).text(), stop_timeout(cluster).count());
}

// Without a policy nothing is written at all. Who did what, without what they read or wrote: secrets would be in it.
// What goes on all the time by itself is left out.
std::string audit_policy(const Cluster& cluster) {
  return mark_line(cluster) +
         "apiVersion: audit.k8s.io/v1\n"
         "kind: Policy\n"
         "omitStages: [RequestReceived]\n"
         "rules:\n"
         "  - level: None\n"
         "    nonResourceURLs: [\"/healthz*\", \"/livez*\", \"/readyz*\", \"/metrics\", \"/version\"]\n"
         "  - level: None\n"
         "    resources:\n"
         "      - {group: \"\", resources: [events]}\n"
         "      - {group: events.k8s.io, resources: [events]}\n"
         "      - {group: coordination.k8s.io, resources: [leases]}\n"
         "  - level: None\n"
         "    users: [\"system:kube-controller-manager\", \"system:kube-scheduler\", \"system:kube-proxy\"]\n"
         "    verbs: [get, list, watch]\n"
         "  - level: Metadata\n";
}

// Lab 08, "RBAC for Kubelet Authorization": kubelets ask whether `kubernetes`, whom the server's certificate names, may
// read logs and run commands.
std::string kubelet_access(const Cluster& cluster) {
  return mark_line(cluster) +
         "apiVersion: rbac.authorization.k8s.io/v1\n"
         "kind: ClusterRole\n"
         "metadata:\n"
         "  name: system:kube-apiserver-to-kubelet\n"
         "rules:\n"
         "  - apiGroups: [\"\"]\n"
         "    resources: [nodes/proxy, nodes/stats, nodes/log, nodes/spec, nodes/metrics]\n"
         "    verbs: [\"*\"]\n"
         "---\n"
         "apiVersion: rbac.authorization.k8s.io/v1\n"
         "kind: ClusterRoleBinding\n"
         "metadata:\n"
         "  name: system:kube-apiserver\n"
         "roleRef:\n"
         "  apiGroup: rbac.authorization.k8s.io\n"
         "  kind: ClusterRole\n"
         "  name: system:kube-apiserver-to-kubelet\n"
         "subjects:\n"
         "  - apiGroup: rbac.authorization.k8s.io\n"
         "    kind: User\n"
         "    name: kubernetes\n";
}

}  // namespace

UnitSet api_server_unit(const Cluster& cluster, const Machine& machine) {
  return {{std::string(kApiServer), program_path(cluster, kApiServer), {std::string(kAuditPolicy)}},
          {{unit_path(kApiServer), api_server_text(cluster, machine)},
           {std::string(kAuditPolicy), audit_policy(cluster)},
           {std::string(kKubeletAccess), kubelet_access(cluster)}}};
}

}  // namespace provisioner::units
