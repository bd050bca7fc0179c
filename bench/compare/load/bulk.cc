#include "bench/compare/load/bulk.h"

#include <sys/mman.h>
#include <sys/sendfile.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cerrno>
#include <system_error>

namespace bench::load {
namespace {

constexpr std::size_t kSize = std::size_t{1024} * 1024;

}  // namespace

Bulk::Bulk() : memory_(::memfd_create("bulk", MFD_CLOEXEC)) {
  if (!memory_ || ::ftruncate(memory_.get(), kSize) != 0) {
    throw std::system_error(errno, std::generic_category(), "memfd_create");
  }
}

bool Bulk::pour(int fd) const noexcept {
  while (true) {
    off_t offset = 0;
    if (::sendfile(fd, memory_.get(), &offset, kSize) < 0) return errno == EAGAIN;
  }
}

Bulk::Swallowed Bulk::swallow(int fd) noexcept {
  Swallowed swallowed;
  while (true) {
    const ssize_t n = ::recv(fd, nullptr, kSize, MSG_TRUNC);
    if (n <= 0) {
      swallowed.ended = n == 0 || errno != EAGAIN;
      return swallowed;
    }
    swallowed.bytes += static_cast<std::size_t>(n);
  }
}

}  // namespace bench::load
