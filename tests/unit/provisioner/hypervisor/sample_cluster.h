// A small cluster for the tests of QEMU's room: two machines, an image, a bridge. One thread.
#pragma once

#include <string>

#include "lib/cluster/cluster_file.h"

namespace provisioner::hypervisor {

inline constexpr const char* kSampleKey =
    "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIOwnKeyOwnKeyOwnKeyOwnKeyOwnKeyOwnKeyOw keepstate";

// `more`: further lines of spec.hypervisor, four spaces to the right.
inline cluster::Cluster sample_cluster(const std::string& more = "") {
  return cluster::parse_cluster(
             "apiVersion: keepstate/v1\n"
             "kind: Cluster\n"
             "metadata: {name: hard-way}\n"
             "spec:\n"
             "  domain: lab.home.arpa\n"
             "  networking: {podSubnet: 10.100.0.0/16, serviceSubnet: 10.32.0.0/24}\n"
             "  nodeNetwork: {cidr: 10.10.0.0/24, gateway: 10.10.0.254, bridge: bridge1}\n"
             "  hypervisor:\n"
             "    type: qemu\n"
             "    accel: tcg\n"
             "    folder: /srv/x\n"
             "    image: {source: /images/debian.qcow2, sha256: " +
             std::string(64, 'a') + "}\n" + more +
             "  machineDefaults: {cpus: 2, memory: 2GiB, disk: 10GiB}\n"
             "  machines:\n"
             "    - {name: controller-0, role: control-plane, address: 10.10.0.11}\n"
             "    - {name: worker-0, role: worker, address: 10.10.0.21, podCIDR: 10.100.0.0/24}\n")
      .value()
      .cluster;
}

}  // namespace provisioner::hypervisor
