// SpareDescriptor: one descriptor kept back for the moment when the process has no other left, so that a client that
// was accepted with the last one still gets its backend. One thread.
#pragma once

#include <fcntl.h>

#include "lib/base/unique_fd.h"

namespace lb::net {

class SpareDescriptor {
 public:
  SpareDescriptor() noexcept { restore(); }

  // Frees it for the caller's next call; false when it was spent already.
  [[nodiscard]] bool spend() noexcept {
    if (!fd_) return false;
    fd_.reset();
    return true;
  }
  // Takes one back; false while none is to be had.
  bool restore() noexcept {
    if (!fd_) fd_.reset(::open("/dev/null", O_RDONLY | O_CLOEXEC));
    return static_cast<bool>(fd_);
  }

 private:
  base::UniqueFd fd_;
};

}  // namespace lb::net
