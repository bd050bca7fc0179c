// One machine's part of plan_qemu: each piece of it that is not as it should be gives steps, and a reason in words.
// Pure; any thread.
#pragma once

#include <string>

#include "provisioner/hypervisor/observe_qemu.h"
#include "provisioner/step/change.h"

namespace provisioner::hypervisor {

class MachinePlan {
 public:
  // All must outlive this.
  MachinePlan(const cluster::Cluster& cluster, const cluster::Machine& machine, const QemuState& state,
              const QemuOptions& options);

  // Everything, as cluster.yaml has it, and on.
  [[nodiscard]] step::Change make();
  [[nodiscard]] step::Change resize();
  [[nodiscard]] step::Change stop();
  [[nodiscard]] step::Change restart();

 private:
  void add_folder();
  void add_seed();
  void add_disk();
  void grow_disk();
  void add_tap();
  void add_files();
  void add_power();
  void note_what_waits_for_a_start();
  void add_stop();
  void because(std::string reason);
  void add(std::unique_ptr<step::Step> step) { change_.steps.push_back(std::move(step)); }
  void add(step::Steps steps);
  [[nodiscard]] step::Change done();

  const cluster::Cluster& cluster_;
  const cluster::Machine& machine_;
  const QemuState& state_;
  const QemuOptions& options_;
  QemuMachineState now_;
  bool is_stopped_ = false;  // by an earlier step
  step::Change change_;
};

// Of one that cluster.yaml has no more: all that the ledger says of it goes.
[[nodiscard]] step::Change plan_removal(const cluster::Cluster& cluster, const QemuMachineState& machine,
                                        const QemuState& state);

}  // namespace provisioner::hypervisor
