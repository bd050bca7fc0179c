#include "lib/base/folder_lock.h"

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <thread>

namespace base {
namespace {

namespace fs = std::filesystem;

constexpr std::chrono::milliseconds kPause{20};
constexpr int kLostRaces = 100;

std::string_view remedy_of(int error) {
  switch (error) {
    case EACCES:
    case EPERM:
    case EROFS:
      return "; it has to be in a folder where you may write";
    case ENOLCK:
    case EOPNOTSUPP:
      return "; its file system knows no locks (flock), and the folder has to be on a local one";
    case ENOSPC:
    case EDQUOT:
      return "; make room there";
    default:
      return "";
  }
}

Failure cannot_lock(const fs::path& path) {
  const int error = errno;
  return fail("cannot lock {}: {}{}", path.string(), errno_text(error), remedy_of(error));
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

Result<FolderLock> FolderLock::take(const fs::path& folder, std::string_view holder,
                                    std::chrono::milliseconds patience) {
  const fs::path path = folder / ".lock";
  const auto deadline = std::chrono::steady_clock::now() + patience;
  for (int lost = 0; lost < kLostRaces;) {
    UniqueFd fd(::open(path.c_str(), O_RDWR | O_CREAT | O_NOFOLLOW | O_CLOEXEC, 0600));
    if (!fd) return cannot_lock(path);
    const bool is_ours = ::flock(fd.get(), LOCK_EX | LOCK_NB) == 0;
    if (!is_ours && errno != EWOULDBLOCK) return cannot_lock(path);
    if (is_ours && !is_still_there(fd.get(), path)) {
      ++lost;
      continue;
    }
    if (is_ours) {
      FolderLock lock(path, std::move(fd));  // from here on the file goes with it
      return write_holder(lock.fd_.get(), holder) ? Result<FolderLock>(std::move(lock)) : cannot_lock(path);
    }
    if (std::chrono::steady_clock::now() >= deadline) {
      return fail("{} is at work in {}; wait until it has ended, and run this again", holder_in(fd.get()),
                  folder.string());
    }
    std::this_thread::sleep_for(kPause);
  }
  return fail("cannot lock {}: other runs come and go too fast; run this again", path.string());
}

FolderLock::~FolderLock() {
  if (fd_) ::unlink(path_.c_str());  // while it is locked, so nobody else's file is taken
}

}  // namespace base
