// open_unblocked: another way to a pipe or a terminal that was given to us, as standard output or standard error: one
// that never blocks. O_NONBLOCK on what was given would be set for all others as well who have it.
#pragma once

#include "lib/base/unique_fd.h"

namespace base {

// None for anything else, and where the system does not let us (another system, another user's pipe). There, poll()
// before a write of at most PIPE_BUF bytes to a pipe says the same, as long as nobody else fills it in between.
[[nodiscard]] UniqueFd open_unblocked(int fd);

}  // namespace base
