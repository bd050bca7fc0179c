#include "provisioner/units/control_loops.h"

#include <fmt/format.h>

#include "lib/cluster/machine_files.h"
#include "provisioner/units/exec_line.h"

namespace provisioner::units {
namespace {

using cluster::Cluster;
using cluster::Machine;

constexpr std::string_view kControllers = cluster::name_of(cluster::Program::kControllerManager);
constexpr std::string_view kScheduler = cluster::name_of(cluster::Program::kScheduler);
constexpr std::string_view kSchedulerConfig = "/etc/kubernetes/config/kube-scheduler.yaml";

// Up to 1.22 kube-controller-manager also serves plain HTTP to everybody, unless told not to; 1.24 knows the flag no
// more.
bool serves_plain_http(cluster::KubernetesVersion version) {
  return version.minor <= 22;
}

std::string loop_text(const Cluster& cluster, std::string_view description, const ExecLine& line) {
  return fmt::format(
      "{}"
      "[Unit]\n"
      "Description={}\n"
      "Documentation=https://kubernetes.io/docs\n"
      "After=kube-apiserver.service\n"
      "\n"
      "[Service]\n"
      "{}\n"
      "Restart=on-failure\n"
      "RestartSec=5\n"
      "\n"
      "[Install]\n"
      "WantedBy=multi-user.target\n",
      mark_line(cluster), description, line.text());
}

ExecLine controllers_line(const Cluster& cluster, const Machine& machine) {
  const auto file = [&](std::string_view name) { return cluster::path_for(machine, name, kControllers); };
  ExecLine::Flags flags{{"bind-address", "127.0.0.1"},
                        {"cluster-cidr", cluster.networking->pod_subnet.to_string()},
                        {"cluster-name", cluster.name},
                        {"cluster-signing-cert-file", file(cluster::kSigningFile)},
                        {"cluster-signing-key-file", file("ca-key.pem")},
                        {"kubeconfig", file("kube-controller-manager.kubeconfig")},
                        {"leader-elect", "true"},
                        {"root-ca-file", file("ca.pem")},
                        {"service-account-private-key-file", file("service-account-key.pem")},
                        {"service-cluster-ip-range", cluster.networking->service_subnet.to_string()},
                        {"use-service-account-credentials", "true"},
                        {"v", "2"}};
  if (serves_plain_http(cluster.kubernetes.version)) flags.insert(flags.begin() + 7, {"port", "0"});
  ExecLine line(program_path(cluster, kControllers), flags);
  line.extend(cluster.kubernetes.extra_args_of(cluster::Program::kControllerManager));
  return line;
}

ExecLine scheduler_line(const Cluster& cluster) {
  ExecLine line(program_path(cluster, kScheduler),
                {{"bind-address", "127.0.0.1"}, {"config", std::string(kSchedulerConfig)}, {"v", "2"}});
  line.extend(cluster.kubernetes.extra_args_of(cluster::Program::kScheduler));
  return line;
}

// v1beta1 came with 1.19 and went with 1.23, v1beta2 came with 1.22 and went with 1.28, v1 came with 1.25.
std::string_view scheduler_api(cluster::KubernetesVersion version) {
  if (version.minor <= 21) return "v1beta1";
  return version.minor <= 24 ? "v1beta2" : "v1";
}

// Plain HTTP cannot be switched off here: beside a configuration, 1.20 does not look at --port=0. So nobody but the
// machine itself shall reach it.
constexpr std::string_view kPlainHttpStaysHere =
    "healthzBindAddress: 127.0.0.1:10251\n"
    "metricsBindAddress: 127.0.0.1:10251\n";

std::string scheduler_config(const Cluster& cluster, const Machine& machine) {
  return fmt::format(
      "{}"
      "apiVersion: kubescheduler.config.k8s.io/{}\n"
      "kind: KubeSchedulerConfiguration\n"
      "clientConnection:\n"
      "  kubeconfig: {}\n"
      "leaderElection:\n"
      "  leaderElect: true\n"
      "{}",
      mark_line(cluster), scheduler_api(cluster.kubernetes.version),
      cluster::path_for(machine, "kube-scheduler.kubeconfig", kScheduler),
      scheduler_api(cluster.kubernetes.version) == "v1beta1" ? kPlainHttpStaysHere : "");
}

}  // namespace

UnitSet controllers_unit(const Cluster& cluster, const Machine& machine) {
  const auto line = controllers_line(cluster, machine);
  return {{std::string(kControllers), program_path(cluster, kControllers), {}},
          {{unit_path(kControllers), loop_text(cluster, "Kubernetes controllers", line)}}};
}

UnitSet scheduler_unit(const Cluster& cluster, const Machine& machine) {
  return {{std::string(kScheduler), program_path(cluster, kScheduler), {std::string(kSchedulerConfig)}},
          {{unit_path(kScheduler), loop_text(cluster, "Kubernetes scheduler", scheduler_line(cluster))},
           {std::string(kSchedulerConfig), scheduler_config(cluster, machine)}}};
}

}  // namespace provisioner::units
