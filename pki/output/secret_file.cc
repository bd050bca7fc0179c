#include "pki/output/secret_file.h"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>

#include "lib/base/unique_fd.h"

namespace pki::output {
namespace {

constexpr std::size_t kLargestSecret = 64U << 10;

base::Failure cannot_read(const std::filesystem::path& path) {
  return base::fail("cannot read {}: {}", path.string(), base::errno_text(errno));
}

}  // namespace

base::Result<crypto::SecretText> read_secret_file(const std::filesystem::path& path) {
  const base::UniqueFd fd(::open(path.c_str(), O_RDONLY | O_CLOEXEC));
  if (!fd) return cannot_read(path);
  crypto::SecretText text(kLargestSecret);
  std::size_t size = 0;
  while (size < text.capacity()) {
    const ssize_t n = ::read(fd.get(), text.data() + size, text.capacity() - size);
    if (n < 0 && errno == EINTR) continue;
    if (n < 0) return cannot_read(path);
    if (n == 0) break;
    size += static_cast<std::size_t>(n);
  }
  if (size == text.capacity()) return base::fail("cannot read {}: it is too large for a private key", path.string());
  text.set_size(size);
  return text;
}

}  // namespace pki::output
