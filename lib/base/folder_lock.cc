#include "lib/base/folder_lock.h"

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <cerrno>

namespace base {
namespace {

namespace fs = std::filesystem;

constexpr int kTries = 100;

Failure cannot_lock(const fs::path& path) {
  return fail("cannot lock {}: {}; it has to be in a folder where you may write", path.string(), errno_text(errno));
}

// A holder that has just left took the file with it: what was locked is no longer what the name stands for.
bool is_still_there(int fd, const fs::path& path) {
  struct stat locked {};
  struct stat named {};
  return ::fstat(fd, &locked) == 0 && ::stat(path.c_str(), &named) == 0 && locked.st_ino == named.st_ino &&
         locked.st_dev == named.st_dev;
}

std::string holder_in(int fd) {
  std::array<char, 256> text{};
  const ssize_t n = ::pread(fd, text.data(), text.size(), 0);
  std::string holder(text.data(), n > 0 ? static_cast<std::size_t>(n) : 0);
  holder.resize(std::min(holder.find('\n'), holder.size()));
  return holder.empty() ? "another process" : holder;
}

bool write_holder(int fd, std::string_view holder) {
  const std::string line = std::string(holder) + "\n";
  return ::ftruncate(fd, 0) == 0 && ::pwrite(fd, line.data(), line.size(), 0) == static_cast<ssize_t>(line.size());
}

}  // namespace

Result<FolderLock> FolderLock::take(const fs::path& folder, std::string_view holder) {
  const fs::path path = folder / ".lock";
  for (int i = 0; i < kTries; ++i) {
    UniqueFd fd(::open(path.c_str(), O_RDWR | O_CREAT | O_NOFOLLOW | O_CLOEXEC, 0600));
    if (!fd) return cannot_lock(path);
    if (::flock(fd.get(), LOCK_EX | LOCK_NB) != 0) {
      if (errno != EWOULDBLOCK) return cannot_lock(path);
      return fail("{} is at work in {}; wait until it has ended, and run this again", holder_in(fd.get()),
                  folder.string());
    }
    if (!is_still_there(fd.get(), path)) continue;
    if (!write_holder(fd.get(), holder)) return cannot_lock(path);
    return FolderLock(path, std::move(fd));
  }
  return fail("cannot lock {}: other runs come and go too fast; run this again", path.string());
}

FolderLock::~FolderLock() {
  if (fd_) ::unlink(path_.c_str());  // while it is locked, so nobody else's file is taken
}

}  // namespace base
