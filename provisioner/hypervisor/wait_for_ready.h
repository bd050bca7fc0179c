// WaitForReady: until cloud-init has ended in the machine, as it says itself over ssh; the console tells how far it has
// come before that. It ends: when the machine is ready, when it says that it goes no further, when QEMU ends, or when
// the time is up; then the error names the stage and shows the end of the console. One thread.
#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <vector>

#include "provisioner/hypervisor/boot_stage.h"
#include "provisioner/hypervisor/machine_folder.h"
#include "provisioner/step/step.h"

namespace provisioner::hypervisor {

class WaitForReady final : public step::Step {
 public:
  // `ask`: a command that has the machine answer with cloud-init's status (ssh_command with kAskCloudInit).
  WaitForReady(std::string machine, MachineFolder folder, std::vector<std::string> ask,
               std::chrono::milliseconds patience)
      : machine_(std::move(machine)), folder_(std::move(folder)), ask_(std::move(ask)), patience_(patience) {}
  [[nodiscard]] std::string print() const override;
  [[nodiscard]] base::Result<void> carry_out(step::Workplace& place) override;

 private:
  enum class Verdict { kReady, kNotYet };

  // Tells what is new; an error: it will never be ready.
  [[nodiscard]] base::Result<Verdict> look(step::Workplace& place);
  [[nodiscard]] base::Result<Verdict> ask_cloud_init(step::Workplace& place);
  void tell(step::Workplace& place, const std::string& what);
  [[nodiscard]] base::Failure never(std::string_view why) const;

  std::string machine_;
  MachineFolder folder_;
  std::vector<std::string> ask_;
  std::chrono::milliseconds patience_;
  base::SteadyTime begun_;
  std::optional<base::SteadyTime> failed_;  // when the console first told of a failure
  bool is_seen_ = false;                    // its QEMU has run
  std::string log_;                         // the end of the console's
  std::string told_;                        // last
  std::string ssh_says_;                    // why there was no answer
};

}  // namespace provisioner::hypervisor
