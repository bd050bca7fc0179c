#include "lib/base/file_system.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <cerrno>

#include "lib/base/unique_fd.h"

namespace base {
namespace {

namespace fs = std::filesystem;
constexpr std::size_t kLargestFile = 64U << 20;

Failure cannot(std::string_view doing, const fs::path& path, int error) {
  return fail("cannot {} {}: {}", doing, path.string(), errno_text(error));
}

fs::path folder_of(const fs::path& path) {
  return path.has_parent_path() ? path.parent_path() : fs::path(".");
}

Result<void> write_all(int fd, std::string_view content, const fs::path& path) {
  while (!content.empty()) {
    const ssize_t n = ::write(fd, content.data(), content.size());
    if (n < 0 && errno == EINTR) continue;
    if (n < 0) return cannot("write", path, errno);
    content.remove_prefix(static_cast<std::size_t>(n));
  }
  return {};
}

// A file that unlinks itself unless it was given its final name.
class TemporaryFile {
 public:
  static Result<TemporaryFile> beside(const fs::path& path) {
    std::string name = (folder_of(path) / ("." + path.filename().string() + ".XXXXXX")).string();
    UniqueFd fd(::mkostemp(name.data(), O_CLOEXEC));
    if (!fd) return cannot("create a file in", folder_of(path), errno);
    return TemporaryFile(std::move(name), std::move(fd));
  }
  TemporaryFile(TemporaryFile&& other) noexcept : name_(std::exchange(other.name_, {})), fd_(std::move(other.fd_)) {}
  TemporaryFile& operator=(TemporaryFile&&) = delete;
  ~TemporaryFile() {
    if (!name_.empty()) ::unlink(name_.c_str());
  }

  Result<void> fill(std::string_view content, mode_t mode) {
    // mkostemp made it 0600, so a private file is private from its first byte on.
    if (auto written = write_all(fd_.get(), content, name_); !written) return written;
    if (::fchmod(fd_.get(), mode) != 0) return cannot("set the mode of", name_, errno);
    if (::fsync(fd_.get()) != 0) return cannot("sync", name_, errno);
    return {};
  }
  Result<void> rename_to(const fs::path& path) {
    if (::rename(name_.c_str(), path.c_str()) != 0) return cannot("replace", path, errno);
    name_.clear();
    return {};
  }
  Result<void> link_to(const fs::path& path) {
    if (::link(name_.c_str(), path.c_str()) == 0) return {};
    if (errno == EEXIST) return fail("{} exists and is left as it is; move it away first", path.string());
    return cannot("create", path, errno);
  }

 private:
  TemporaryFile(std::string name, UniqueFd fd) : name_(std::move(name)), fd_(std::move(fd)) {}

  std::string name_;
  UniqueFd fd_;
};

Result<void> sync_folder(const fs::path& folder) {
  const UniqueFd fd(::open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  if (!fd || ::fsync(fd.get()) != 0) return cannot("sync the folder", folder, errno);
  return {};
}

template <class Place>
Result<void> put_file(const fs::path& path, std::string_view content, mode_t mode, Place place) {
  auto file = TemporaryFile::beside(path);
  if (!file) return Failure(file.error());
  if (auto filled = file->fill(content, mode); !filled) return filled;
  if (auto placed = place(*file); !placed) return placed;
  return sync_folder(folder_of(path));
}

}  // namespace

Result<std::string> read_file(const fs::path& path) {
  const UniqueFd fd(::open(path.c_str(), O_RDONLY | O_CLOEXEC));
  if (!fd) return cannot("read", path, errno);
  std::string content;
  std::array<char, 16384> chunk{};
  while (true) {
    const ssize_t n = ::read(fd.get(), chunk.data(), chunk.size());
    if (n == 0) return content;
    if (n < 0 && errno == EINTR) continue;
    if (n < 0) return cannot("read", path, errno);
    content.append(chunk.data(), static_cast<std::size_t>(n));
    if (content.size() > kLargestFile) return fail("cannot read {}: it is larger than 64 MiB", path.string());
  }
}

Result<void> write_file(const fs::path& path, std::string_view content, mode_t mode) {
  return put_file(path, content, mode, [&](TemporaryFile& file) { return file.rename_to(path); });
}

Result<void> create_file(const fs::path& path, std::string_view content, mode_t mode) {
  return put_file(path, content, mode, [&](TemporaryFile& file) { return file.link_to(path); });
}

}  // namespace base
