#include "provisioner/units/container_runtime.h"

#include <fmt/format.h>

#include "provisioner/units/exec_line.h"

namespace provisioner::units {
namespace {

using cluster::Cluster;

constexpr std::string_view kContainerd = "containerd";
constexpr std::string_view kContainerdConfig = "/etc/containerd/config.toml";

std::string program(const Cluster& cluster) {
  const std::string& given = cluster.kubernetes.container_runtime.program;
  return given.empty() ? program_path(cluster, kContainerd) : given;
}

// As containerd's own unit has it, but for the paths.
std::string containerd_text(const Cluster& cluster) {
  return fmt::format(
      "{}"
      "[Unit]\n"
      "Description=containerd container runtime\n"
      "Documentation=https://containerd.io\n"
      "After=network.target\n"
      "\n"
      "[Service]\n"
      "Type=notify\n"
      "{}\n"
      "Restart=always\n"
      "RestartSec=5\n"
      "Delegate=yes\n"
      "KillMode=process\n"
      "OOMScoreAdjust=-999\n"
      "LimitNOFILE=1048576\n"
      "LimitNPROC=infinity\n"
      "LimitCORE=infinity\n"
      "TasksMax=infinity\n"
      "\n"
      "[Install]\n"
      "WantedBy=multi-user.target\n",
      mark_line(cluster), ExecLine(program(cluster), {{"config", std::string(kContainerdConfig)}}).text());
}

// Version 2 is read by 1.3 and later, 2.x included. Kubelet and runtime must both leave cgroups to systemd.
std::string containerd_config(const Cluster& cluster) {
  constexpr std::string_view kScheme = "unix://";
  return fmt::format(
      "{}"
      "version = 2\n"
      "\n"
      "[grpc]\n"
      "  address = \"{}\"\n"
      "\n"
      "[plugins.\"io.containerd.grpc.v1.cri\".cni]\n"
      "  bin_dir = \"{}\"\n"
      "  conf_dir = \"/etc/cni/net.d\"\n"
      "\n"
      "[plugins.\"io.containerd.grpc.v1.cri\".containerd]\n"
      "  snapshotter = \"overlayfs\"\n"
      "  default_runtime_name = \"runc\"\n"
      "\n"
      "[plugins.\"io.containerd.grpc.v1.cri\".containerd.runtimes.runc]\n"
      "  runtime_type = \"io.containerd.runc.v2\"\n"
      "\n"
      "[plugins.\"io.containerd.grpc.v1.cri\".containerd.runtimes.runc.options]\n"
      "  SystemdCgroup = true\n",
      mark_line(cluster), cluster.kubernetes.container_runtime.endpoint.substr(kScheme.size()), kCniPlugins);
}

}  // namespace

UnitSet containerd_unit(const Cluster& cluster) {
  return {{std::string(kContainerd), program(cluster), {std::string(kContainerdConfig)}},
          {{unit_path(kContainerd), containerd_text(cluster)},
           {std::string(kContainerdConfig), containerd_config(cluster)}}};
}

// cniVersion 0.3.1: what the kubelet of 1.20 and all later runtimes take. Addresses need no quoting in JSON.
std::vector<UnitFile> cni_files(const cluster::Machine& machine) {
  const auto& network = *machine.pod_cidr;
  std::string bridge = fmt::format(R"({{
  "cniVersion": "0.3.1",
  "name": "bridge",
  "type": "bridge",
  "bridge": "cnio0",
  "isGateway": true,
  "ipMasq": true,
  "ipam": {{
    "type": "host-local",
    "ranges": [[{{"subnet": "{}"}}]],
    "routes": [{{"dst": "{}"}}]
  }}
}}
)",
                                   network.to_string(), network.address().is_v6() ? "::/0" : "0.0.0.0/0");
  return {{"/etc/cni/net.d/10-bridge.conf", std::move(bridge)},
          {"/etc/cni/net.d/99-loopback.conf",
           "{\n  \"cniVersion\": \"0.3.1\",\n  \"name\": \"lo\",\n  \"type\": \"loopback\"\n}\n"}};
}

}  // namespace provisioner::units
