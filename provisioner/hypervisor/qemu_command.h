// The command line by which QEMU runs a machine. Pure; any thread.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "lib/cluster/cluster.h"

namespace provisioner::hypervisor {

// What the host has to say to it.
struct QemuFacts {
  cluster::Accelerator accelerator = cluster::Accelerator::kTcg;  // never kAuto
  bool has_vhost_net = false;  // the kernel can carry the packets itself; with KVM only

  friend bool operator==(const QemuFacts&, const QemuFacts&) = default;
};

inline constexpr const char* kQemu = "/usr/bin/qemu-system-x86_64";
inline constexpr const char* kDiskNode = "disk";  // as QMP calls it
inline constexpr unsigned kTcgCacheMiB = 256;
// Bytes that QEMU takes beside its machine's memory.
[[nodiscard]] constexpr std::uint64_t qemu_overhead(const QemuFacts& facts) noexcept {
  const std::uint64_t cache = facts.accelerator == cluster::Accelerator::kKvm ? 0 : kTcgCacheMiB;
  return (64 + cache) << 20;
}

// With a pid file; it stays in the foreground. `machine` is one of the cluster's. Its words need no quoting toward
// QEMU: paths are plain (parse_plain_path), names are labels, and only -append takes free text, to its end.
[[nodiscard]] std::vector<std::string> qemu_command(const cluster::Cluster& cluster, const cluster::Machine& machine,
                                                    const QemuFacts& facts);

}  // namespace provisioner::hypervisor
