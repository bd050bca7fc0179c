// Footprint: what a process holds of the system, as /proc tells. Values; any thread.
#pragma once

#include <sys/types.h>

#include <cstddef>

#include "lib/base/result.h"

namespace tests::chaos {

struct Footprint {
  std::size_t rss_kib = 0;
  std::size_t descriptors = 0;
  std::size_t idle_sockets = 0;  // among the descriptors: bound to nothing, kept for the next connection

  // Those that something may be left behind in.
  [[nodiscard]] std::size_t in_use() const noexcept { return descriptors - idle_sockets; }
};

[[nodiscard]] base::Result<Footprint> footprint_of(pid_t pid);

}  // namespace tests::chaos
