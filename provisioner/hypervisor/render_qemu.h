// For `render`: the files of QEMU's machines, for a host that is not this one. Pure; any thread.
#pragma once

#include "lib/cluster/cluster.h"
#include "provisioner/hypervisor/observe_qemu.h"
#include "provisioner/step/rendered_file.h"

namespace provisioner::hypervisor {

// Units of systemd and its networkd, below etc/, and qemu/NAME.sh with the command line. With `accel: auto` they are
// for a host whose KVM works, which only that host can tell.
[[nodiscard]] step::RenderedFiles render_qemu(const cluster::Cluster& cluster, const QemuOptions& options);

}  // namespace provisioner::hypervisor
