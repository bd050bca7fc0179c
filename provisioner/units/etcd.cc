#include "provisioner/units/etcd.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>

#include "lib/base/socket_address.h"
#include "lib/cluster/machine_files.h"
#include "provisioner/units/exec_line.h"

namespace provisioner::units {
namespace {

using cluster::Cluster;
using cluster::Machine;

constexpr std::string_view kEtcd = cluster::name_of(cluster::Program::kEtcd);
constexpr std::uint16_t kClientPort = 2379;
constexpr std::uint16_t kPeerPort = 2380;
constexpr std::uint64_t kUsualQuota = 2ULL << 30;  // etcd's own default

std::string url(const base::IpAddress& address, std::uint16_t port) {
  return "https://" + base::SocketAddress(address, port).to_string();
}

std::string initial_cluster(const Cluster& cluster) {
  std::vector<std::string> members;
  for (const Machine& machine : cluster.machines) {
    if (machine.role != cluster::Role::kControlPlane) continue;
    members.push_back(machine.name + "=" + url(machine.address, kPeerPort));
  }
  return fmt::format("{}", fmt::join(members, ","));
}

// Snapshots, the log and room to defragment take as much again, and the system is there too.
std::uint64_t quota(const Cluster& cluster, const Machine& machine) {
  return cluster.kubernetes.etcd.quota.value_or(std::min(kUsualQuota, machine.disk / 4));
}

// Flags that etcd 3.4 and later know.
ExecLine etcd_line(const Cluster& cluster, const Machine& machine) {
  const auto file = [&](std::string_view name) { return cluster::path_for(machine, name, kEtcd); };
  const bool is_new = cluster.kubernetes.etcd.initial_cluster_state == cluster::InitialClusterState::kNew;
  ExecLine line(program_path(cluster, kEtcd),
                {{"name", machine.name},
                 {"cert-file", file("kubernetes.pem")},
                 {"key-file", file("kubernetes-key.pem")},
                 {"peer-cert-file", file("kubernetes.pem")},
                 {"peer-key-file", file("kubernetes-key.pem")},
                 {"trusted-ca-file", file("ca.pem")},
                 {"peer-trusted-ca-file", file("ca.pem")},
                 {"peer-client-cert-auth", "true"},
                 {"client-cert-auth", "true"},
                 {"initial-advertise-peer-urls", url(machine.address, kPeerPort)},
                 {"listen-peer-urls", url(machine.address, kPeerPort)},
                 {"listen-client-urls", url(machine.address, kClientPort) + ",https://127.0.0.1:2379"},
                 {"advertise-client-urls", url(machine.address, kClientPort)},
                 {"initial-cluster-token", "etcd-" + cluster.name},
                 {"initial-cluster", initial_cluster(cluster)},
                 {"initial-cluster-state", is_new ? "new" : "existing"},
                 {"quota-backend-bytes", fmt::format("{}", quota(cluster, machine))},
                 {"data-dir", "/var/lib/etcd"}});
  line.extend(cluster.kubernetes.extra_args_of(cluster::Program::kEtcd));
  return line;
}

}  // namespace

UnitSet etcd_unit(const Cluster& cluster, const Machine& machine) {
  std::string text = fmt::format(
      "{}"
      "[Unit]\n"
      "Description=etcd\n"
      "Documentation=https://etcd.io/docs\n"
      "Wants=network-online.target\n"
      "After=network-online.target\n"
      "\n"
      "[Service]\n"
      "Type=notify\n"
      "{}\n"
      "StateDirectory=etcd\n"
      "StateDirectoryMode=0700\n"
      "Restart=on-failure\n"
      "RestartSec=5\n"
      "LimitNOFILE=65536\n"
      "\n"
      "[Install]\n"
      "WantedBy=multi-user.target\n",
      mark_line(cluster), etcd_line(cluster, machine).text());
  return {{std::string(kEtcd), program_path(cluster, kEtcd), {}}, {{unit_path(kEtcd), std::move(text)}}};
}

}  // namespace provisioner::units
