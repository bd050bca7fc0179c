// The example's cluster, and guests of it. One thread.
#pragma once

#include <string>

#include "lib/cluster/cluster_file.h"
#include "provisioner/cloud_init/guest.h"

namespace provisioner::cloud_init {

inline constexpr const char* kOwnKey =
    "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIOwnKeyOwnKeyOwnKeyOwnKeyOwnKeyOwnKeyOw keepstate";

inline cluster::Cluster example_cluster() {
  return cluster::load_cluster(KEEPSTATE_SOURCE_DIR "/configs/cluster.yaml").value().cluster;
}

// Of machine number `index` of the file.
inline Guest example_guest(std::size_t index, VipHolder vip = VipHolder::kHost) {
  const cluster::Cluster cluster = example_cluster();
  return guest_of(cluster, cluster.machines.at(index), {.own_key = kOwnKey, .vip = vip}).value();
}

}  // namespace provisioner::cloud_init
