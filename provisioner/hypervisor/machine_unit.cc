#include "provisioner/hypervisor/machine_unit.h"

#include <fmt/format.h>

#include "provisioner/hypervisor/machine_folder.h"
#include "provisioner/hypervisor/power.h"
#include "provisioner/hypervisor/tap.h"
#include "provisioner/step/mark.h"
#include "provisioner/step/systemd_text.h"

namespace provisioner::hypervisor {

std::string unit_name(const cluster::Cluster& cluster, std::string_view machine) {
  return fmt::format("keepstate-{}.{}.service", cluster.name, machine);
}

step::RenderedFile machine_unit(const cluster::Cluster& cluster, const cluster::Machine& machine,
                                const QemuFacts& facts, const std::filesystem::path& program) {
  const MachineFolder folder(cluster, machine.name);
  const std::string log = folder.console_log().string();
  const auto patience = kShutdownPatience + 3 * kQuitPatience;
  std::string text = fmt::format(
      "# {} a change here is lost.\n"
      "[Unit]\n"
      "Description=Machine {} of cluster {}\n"
      "Wants=sys-subsystem-net-devices-{}.device\n"
      "After=sys-subsystem-net-devices-{}.device network.target\n"
      "StartLimitIntervalSec=120\n"
      "StartLimitBurst=5\n"
      "\n"
      "[Service]\n"
      "Type=exec\n"
      "ExecStartPre=-/bin/mv -f {} {}\n"
      "ExecStart={}\n"
      "ExecStop={}\n"
      "TimeoutStopSec={}\n"
      "NoNewPrivileges=yes\n"
      "Restart=on-failure\n"
      "RestartSec=5\n"
      "\n"
      "[Install]\n"
      "WantedBy=multi-user.target\n",
      step::mark_of(cluster), machine.name, cluster.name, tap_of(cluster, machine).name, tap_of(cluster, machine).name,
      step::systemd_word(log), step::systemd_word(log + ".1"),
      step::systemd_command(qemu_command(cluster, machine, facts)),
      step::systemd_command({program.string(), "power-down", folder.path.string()}), patience.count());
  return {std::filesystem::path("/etc/systemd/system") / unit_name(cluster, machine.name), {std::move(text), 0644}};
}

}  // namespace provisioner::hypervisor
