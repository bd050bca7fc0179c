// A machine's seed in its folder: the image that QEMU shows to it, and beside it the same three files for people and
// for who wants to know what is different. Any thread.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "lib/cluster/cluster.h"
#include "provisioner/cloud_init/seed.h"
#include "provisioner/hypervisor/machine_folder.h"
#include "provisioner/step/step.h"

namespace provisioner::hypervisor {

// Nothing: it is not there, or not whole.
[[nodiscard]] base::Result<std::optional<cloud_init::Seed>> observe_seed(step::Host& host, const MachineFolder& folder);

// The names of the files that differ: "user-data, network-config"; meta-data, whose instance-id always does, only where
// it is alone.
[[nodiscard]] std::string difference(const cloud_init::Seed& a, const cloud_init::Seed& b);

// The seed is made when the step is carried out: it holds the public key that we log in with, which may only be made in
// the same run. A machine that runs has the image that it was started with.
class WriteSeed final : public step::Step {
 public:
  WriteSeed(cluster::Cluster cluster, std::string machine, cloud_init::VipHolder vip)
      : cluster_(std::move(cluster)), machine_(std::move(machine)), vip_(vip) {}
  [[nodiscard]] std::string print() const override;
  [[nodiscard]] base::Result<void> carry_out(step::Workplace& place) override;

 private:
  [[nodiscard]] base::Result<cloud_init::Seed> seed(std::string own_key) const;

  cluster::Cluster cluster_;
  std::string machine_;
  cloud_init::VipHolder vip_;
};

}  // namespace provisioner::hypervisor
