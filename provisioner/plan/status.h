// Status: how a cluster stands on this host, for people and for programs. Any thread.
#pragma once

#include <string>
#include <vector>

#include "provisioner/plan/world.h"

namespace provisioner::plan {

// Each answer is one word where all is well, else a few that say why not.
struct MachineStatus {
  std::string name;
  cluster::Role role = cluster::Role::kWorker;
  base::IpAddress address;
  std::string power;       // "running", "off", "not made", "paused", ...
  std::string ssh;         // "yes", or why not; "-": not asked
  std::string cloud_init;  // "done", "running", "failed: ..."; "-": nobody to ask
  std::string dns;         // "yes", or what is said instead; "-": the cluster has no names

  [[nodiscard]] bool is_well() const {
    return power == "running" && ssh == "yes" && cloud_init == "done" && (dns == "yes" || dns == "-");
  }
};

struct Status {
  std::vector<MachineStatus> machines;
  std::string vip;        // "": the cluster has none
  std::string vip_owner;  // "bridge1", or "nobody on this host"

  [[nodiscard]] bool is_well() const;
};

// Asks each machine that runs, all at once, and Unbound for each name; takes at most some 20 s.
[[nodiscard]] Status observe_status(step::Host& host, const cluster::Cluster& cluster, const World& world,
                                    const WorldOptions& options);

// A table, a line a machine.
[[nodiscard]] std::string to_text(const Status& status);
// {"machines": [{"name": ..., "role": "worker", "address": ..., "power": ..., "ssh": ..., "cloudInit": ..., "dns":
// ...}],
//  "vip": ..., "vipOwner": ..., "well": true}
[[nodiscard]] std::string to_json(const Status& status);

}  // namespace provisioner::plan
