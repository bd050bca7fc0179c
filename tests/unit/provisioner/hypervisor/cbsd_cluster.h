// CbsdHost: a cluster of two machines, and a host with CBSD for it, on which plans are carried out. One thread.
#pragma once

#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "lib/cluster/cluster_file.h"
#include "provisioner/hypervisor/plan_cbsd.h"
#include "tests/unit/provisioner/hypervisor/cbsd_workplace.h"

namespace provisioner::hypervisor {

inline constexpr const char* kCbsdOwnKey =
    "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIOwnKeyOwnKeyOwnKeyOwnKeyOwnKeyOwnKeyOw keepstate";

struct CbsdHost {
  CbsdHost() {
    cluster = cluster::load_cluster(KEEPSTATE_SOURCE_DIR "/configs/cluster.yaml").value().cluster;
    cluster.hypervisor.kind = cluster::HypervisorKind::kCbsd;
    cluster.machines.erase(cluster.machines.begin() + 1, cluster.machines.begin() + 3);
    cluster.machines.erase(cluster.machines.begin() + 2, cluster.machines.end());
    FakeHost& host = cbsd.place.host();
    host.put(cluster.hypervisor.folder + "/ssh/id_ed25519", "private", 0600);
    host.put(cluster.hypervisor.folder + "/ssh/id_ed25519.pub", std::string(kCbsdOwnKey) + "\n");
    host.answer("sysctl -n hw.physmem", "68719476736\n");
    host.answer(
        "df -kP /usr/jails",
        "Filesystem 1024-blocks Used Available Capacity Mounted on\nzroot 209715200 104857600 104857600 50% /\n");
    host.answer("ssh", R"({"status": "done", "errors": []})");
  }

  [[nodiscard]] CbsdState observe() {
    auto state = observe_cbsd(cbsd.place.host(), cluster, cbsd.place.ledger());
    EXPECT_TRUE(state) << state.error().message;
    return state.value_or(CbsdState{});
  }
  // Those of machines.
  [[nodiscard]] std::vector<step::Change> plan() { return machines_of(plan_cbsd(cluster, observe(), {})); }
  [[nodiscard]] static std::vector<step::Change> machines_of(std::vector<step::Change> changes) {
    std::erase_if(changes, [](const step::Change& change) { return change.kind != "machine"; });
    return changes;
  }
  // The first step that fails ends it; gives its error.
  std::string carry_out(std::vector<step::Change> changes) {
    for (auto& change : changes) {
      for (auto& step : change.steps) {
        if (auto done = step->carry_out(cbsd.place); !done) return done.error().message;
      }
    }
    return "";
  }
  void apply() {
    EXPECT_EQ(carry_out(plan()), "");
    cbsd.take_log();
    cbsd.place.host().forget_calls();
  }

  cluster::Cluster cluster;
  CbsdWorkplace cbsd;
};

}  // namespace provisioner::hypervisor
