// A machine as a service of systemd: it starts with the host, is shut down cleanly with it, and comes back should QEMU
// fail. Pure; any thread.
#pragma once

#include <filesystem>
#include <string>

#include "lib/cluster/cluster.h"
#include "provisioner/hypervisor/qemu_command.h"
#include "provisioner/step/rendered_file.h"

namespace provisioner::hypervisor {

// "keepstate-hard-way.worker-0.service": no label has a dot, so no two of them meet.
[[nodiscard]] std::string unit_name(const cluster::Cluster& cluster, std::string_view machine);

// `program`: keepstate-provisioner, which shuts the machine down (power-down FOLDER). The path is absolute.
[[nodiscard]] step::RenderedFile machine_unit(const cluster::Cluster& cluster, const cluster::Machine& machine,
                                              const QemuFacts& facts, const std::filesystem::path& program);

}  // namespace provisioner::hypervisor
