// The cluster of configs/cluster.yaml as a value, and the moment at which the tests take place.
#pragma once

#include <chrono>

#include "lib/cluster/cluster.h"

namespace pki {

inline constexpr std::chrono::sys_seconds kNow =
    std::chrono::sys_days(std::chrono::year{2026} / 11 / 23) + std::chrono::hours(12);

inline cluster::Machine sample_machine(const char* name, cluster::Role role, const char* address) {
  cluster::Machine machine;
  machine.name = name;
  machine.role = role;
  machine.address = *base::IpAddress::parse(address);
  return machine;
}

inline cluster::Cluster sample_cluster() {
  using cluster::Role;
  cluster::Cluster cluster;
  cluster.name = "hard-way";
  cluster.domain = "something.local";
  cluster.control_plane_endpoint = *base::HostPort::parse("kubernetes.something.local:6443");
  cluster.networking.emplace();
  cluster.networking->service_subnet = *base::IpNetwork::parse("10.32.0.0/24");
  cluster.load_balancer.emplace();
  cluster.load_balancer->vip = *base::IpAddress::parse("10.10.0.1");
  cluster.machines = {sample_machine("controller-0", Role::kControlPlane, "10.10.0.11"),
                      sample_machine("controller-1", Role::kControlPlane, "10.10.0.12"),
                      sample_machine("worker-0", Role::kWorker, "10.10.0.21")};
  return cluster;
}

}  // namespace pki
