// By what guests run here: KVM where it really starts one, else TCG, which works everywhere and is many times slower.
// /dev/kvm alone proves nothing: in a virtual machine without nested virtualisation it may be there, and guests hang.
// Any thread.
#pragma once

#include <optional>
#include <string>

#include "lib/base/result.h"
#include "lib/cluster/cluster.h"
#include "provisioner/step/host.h"

namespace provisioner::hypervisor {

// cluster::Accelerator::kAuto is decided here; nobody else meets it.
struct AcceleratorState {
  cluster::Accelerator accelerator = cluster::Accelerator::kTcg;
  std::string why{};                             // "KVM starts a guest here", "there is no /dev/kvm"
  std::optional<step::FileState> to_remember{};  // for ClusterFolder::accelerator(): what was found out just now
};

// Starts a guest of one sector by KVM, at most 5 s long, unless cluster.yaml or an earlier try (with the same kernel
// and the same QEMU) has decided. Writes nothing.
[[nodiscard]] base::Result<AcceleratorState> observe_accelerator(step::Host& host, const cluster::Cluster& cluster);

// The guest: it tells QEMU to end, and thereby that it ran. An error says why it did not.
[[nodiscard]] base::Result<void> start_tiny_guest(step::Host& host, cluster::Accelerator accelerator);

// As QEMU calls it.
[[nodiscard]] const char* name_of(cluster::Accelerator accelerator);

}  // namespace provisioner::hypervisor
