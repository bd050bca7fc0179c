// Bulk: bytes by the gigabyte, sent and dropped without a copy of our own, so that the load's core is not the limit:
// sendfile(2) from memory that is the same for all, and recv(2) with MSG_TRUNC (tcp(7): discards). Any thread.
#pragma once

#include <cstddef>

#include "lib/base/unique_fd.h"

namespace bench::load {

class Bulk {
 public:
  Bulk();  // throws std::system_error

  // Sends until the kernel takes no more. False when the connection is gone.
  [[nodiscard]] bool pour(int fd) const noexcept;
  // Drops what is there; how much that was, and whether the peer has ended.
  struct Swallowed {
    std::size_t bytes = 0;
    bool ended = false;
  };
  [[nodiscard]] static Swallowed swallow(int fd) noexcept;

 private:
  base::UniqueFd memory_;
};

}  // namespace bench::load
