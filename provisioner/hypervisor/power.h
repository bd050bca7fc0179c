// A machine's power: whether its QEMU runs, how it is started, and how it is brought to an end. Any thread.
#pragma once

#include <sys/types.h>

#include <chrono>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "lib/base/result.h"
#include "provisioner/hypervisor/machine_folder.h"
#include "provisioner/step/step.h"

namespace provisioner::hypervisor {

struct RunningQemu {
  pid_t pid = 0;
  std::vector<std::string> command;  // its argv

  friend bool operator==(const RunningQemu&, const RunningQemu&) = default;
};

// Of the machine in that folder. A pid file alone proves nothing, as the pid may be another program's by now: the
// process must have been started with this very pid file. (Linux: /proc.)
[[nodiscard]] base::Result<std::optional<RunningQemu>> running_qemu(step::Host& host, const MachineFolder& folder);

// How long a guest may take to end by itself, and QEMU to end when it is told to.
inline constexpr std::chrono::seconds kShutdownPatience{90};
inline constexpr std::chrono::seconds kQuitPatience{10};
// How long QEMU may take until it takes commands.
inline constexpr std::chrono::seconds kStartPatience{30};

struct PowerWatch {
  std::function<void(std::string_view)> tell;
  std::function<bool()> is_interrupted;
};

// Presses the power button, and again every few seconds, as a guest that is just booting does not hear it; then pulls
// the plug, then kills the process. Whoever is interrupted leaves the machine as it is. Nothing to do where none runs.
[[nodiscard]] base::Result<void> power_down(step::Host& host, const MachineFolder& folder, const PowerWatch& watch,
                                            std::chrono::milliseconds patience = kShutdownPatience);

// Starts `command` (qemu_command) with a new console log; the one before is kept as console.log.1. Done when QEMU takes
// commands; one that ends before that is an error with its words. Does nothing where the machine runs.
class StartQemu final : public step::Step {
 public:
  StartQemu(MachineFolder folder, std::vector<std::string> command)
      : folder_(std::move(folder)), command_(std::move(command)) {}
  [[nodiscard]] std::string print() const override;
  [[nodiscard]] base::Result<void> carry_out(step::Workplace& place) override;

 private:
  [[nodiscard]] base::Result<void> keep_old_log(step::Host& host) const;
  [[nodiscard]] base::Result<void> wait_for(step::Workplace& place, pid_t pid) const;

  MachineFolder folder_;
  std::vector<std::string> command_;
};

// power_down as a step.
class PowerDown final : public step::Step {
 public:
  explicit PowerDown(MachineFolder folder) : folder_(std::move(folder)) {}
  [[nodiscard]] std::string print() const override;
  [[nodiscard]] base::Result<void> carry_out(step::Workplace& place) override;

 private:
  MachineFolder folder_;
};

}  // namespace provisioner::hypervisor
