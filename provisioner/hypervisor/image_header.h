// What the first bytes of a disk image say of it. Pure; any thread.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "lib/base/result.h"

namespace provisioner::hypervisor {

struct ImageHeader {
  std::string format;              // as QEMU calls it: "qcow2", "raw"
  std::uint64_t virtual_size = 0;  // bytes of the disk that a machine sees
};

inline constexpr std::size_t kImageHeaderSize = 512;

// `begin`: the first kImageHeaderSize bytes, or all where there are fewer; `size`: of the whole file. A file that holds
// no disk is an error, and so is a qcow2 that would have QEMU open further files, as those could be any of the host's.
[[nodiscard]] base::Result<ImageHeader> read_image_header(std::string_view begin, std::uint64_t size);

}  // namespace provisioner::hypervisor
