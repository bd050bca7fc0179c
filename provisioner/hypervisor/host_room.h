// What the host has room for: memory and disk, against what the machines ask for. Any thread.
#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

#include "lib/base/result.h"
#include "provisioner/step/host.h"

namespace provisioner::hypervisor {

struct HostRoom {
  std::uint64_t memory = 0;       // bytes, all that there is
  std::uint64_t free_memory = 0;  // bytes that programs can have without swapping
  std::uint64_t free_disk = 0;    // bytes, where `folder` is, or will be
};

// Linux: /proc/meminfo, df(1).
[[nodiscard]] base::Result<HostRoom> observe_room(step::Host& host, const std::filesystem::path& folder);

// What is still to come. Disks grow up to their size, so what they may take some day counts, not what they take today.
struct Demand {
  std::string machine;
  std::uint64_t memory = 0;  // bytes, with QEMU's own; 0 where it runs already
  std::uint64_t disk = 0;    // bytes that its disk may yet take
};

// An error that says what is asked for, what there is, and which keys to lower.
[[nodiscard]] base::Result<void> check_room(const HostRoom& room, const std::vector<Demand>& demands);

}  // namespace provisioner::hypervisor
