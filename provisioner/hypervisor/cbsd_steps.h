// The steps that are CBSD's alone: its settings file, its seed, and the wait for a machine. One thread.
#pragma once

#include <chrono>
#include <string>
#include <vector>

#include "lib/cluster/cluster.h"
#include "provisioner/cloud_init/guest.h"
#include "provisioner/hypervisor/cbsd_jconf.h"
#include "provisioner/hypervisor/cloud_init_status.h"
#include "provisioner/step/step.h"

namespace provisioner::hypervisor {

// What bcreate is to source. Made when the step is carried out: the key that we log in with may only be made in the
// same run.
class WriteCbsdJconf final : public step::Step {
 public:
  WriteCbsdJconf(cluster::Cluster cluster, std::string machine)
      : cluster_(std::move(cluster)), machine_(std::move(machine)) {}
  [[nodiscard]] std::string print() const override;
  [[nodiscard]] base::Result<void> carry_out(step::Workplace& place) override;

 private:
  [[nodiscard]] base::Result<std::string> text(const std::string& own_key) const;

  cluster::Cluster cluster_;
  std::string machine_;
};

// cloud-init's three files, for the Ethernet address that CBSD has given to the machine by now.
class WriteCbsdSeed final : public step::Step {
 public:
  WriteCbsdSeed(cluster::Cluster cluster, std::string machine, cloud_init::VipHolder vip,
                std::filesystem::path seed_folder)
      : cluster_(std::move(cluster)), machine_(std::move(machine)), vip_(vip), folder_(std::move(seed_folder)) {}
  [[nodiscard]] std::string print() const override;
  [[nodiscard]] base::Result<void> carry_out(step::Workplace& place) override;

 private:
  cluster::Cluster cluster_;
  std::string machine_;
  cloud_init::VipHolder vip_;
  std::filesystem::path folder_;
};

// Until cloud-init says over ssh that it is done. It ends: then, when cloud-init says that it has failed, when the
// machine is off, or when the time is up.
class WaitForCbsd final : public step::Step {
 public:
  WaitForCbsd(cluster::Cluster cluster, std::string machine, std::chrono::milliseconds patience)
      : cluster_(std::move(cluster)), machine_(std::move(machine)), patience_(patience) {}
  [[nodiscard]] std::string print() const override;
  [[nodiscard]] base::Result<void> carry_out(step::Workplace& place) override;

 private:
  enum class Verdict { kReady, kNotYet };

  [[nodiscard]] base::Result<Verdict> look(step::Workplace& place);
  [[nodiscard]] base::Result<Verdict> judge(const CloudInitStatus& status, step::Workplace& place) const;
  [[nodiscard]] std::vector<std::string> question() const;

  cluster::Cluster cluster_;
  std::string machine_;
  std::chrono::milliseconds patience_;
  std::string heard_;  // what ssh or cloud-init said last
};

// The seed for a machine that has this Ethernet address.
[[nodiscard]] base::Result<cloud_init::Guest> cbsd_guest(const cluster::Cluster& cluster, const std::string& machine,
                                                         cloud_init::VipHolder vip, const std::string& own_key,
                                                         const std::string& mac);

}  // namespace provisioner::hypervisor
