#include "lb/net/unix_socket.h"

#include <fcntl.h>
#include <sys/file.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <utility>

namespace lb::net {
namespace {

base::Result<sockaddr_un> unix_address(const std::filesystem::path& path) {
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  // Linux would choose an abstract name, which has no mode: every user could connect (unix(7)).
  if (path.empty()) return base::fail("cannot listen on a socket without a path; give one, or none for no socket");
  if (path.native().size() >= sizeof address.sun_path) {
    return base::fail("cannot listen on {}: the path is longer than {} bytes; choose a shorter one", path.string(),
                      sizeof address.sun_path - 1);
  }
  std::memcpy(address.sun_path, path.c_str(), path.native().size() + 1);
  return address;
}

base::UniqueFd unix_socket() noexcept {
  base::UniqueFd fd(::socket(AF_UNIX, SOCK_STREAM, 0));
  if (!fd) return fd;
  ::fcntl(fd.get(), F_SETFD, FD_CLOEXEC);
  ::fcntl(fd.get(), F_SETFL, O_NONBLOCK);
  return fd;
}

base::Failure cannot_listen(const std::filesystem::path& path, int error) {
  return base::fail("cannot listen on {}: {}; choose another path", path.string(), base::errno_text(error));
}

bool is_still_at(const base::UniqueFd& fd, const std::filesystem::path& path) noexcept {
  struct stat open_file {};
  struct stat file {};
  return ::fstat(fd.get(), &open_file) == 0 && ::lstat(path.c_str(), &file) == 0 && open_file.st_dev == file.st_dev &&
         open_file.st_ino == file.st_ino;
}

// Held while one process looks whether a socket is served and puts its own in its place; two that begin at once would
// both find nobody, and the later one would remove what the other has just bound. The file goes with the lock. Its
// holder removes it, so a lock on a file that is no longer at its path holds off nobody and does not count.
class PathLock {
 public:
  static base::Result<PathLock> take(const std::filesystem::path& socket) {
    PathLock lock(socket.native() + ".lock");
    do {
      lock.fd_ = base::UniqueFd(::open(lock.path_.c_str(), O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600));
      if (!lock.fd_) return cannot_listen(socket, errno);
      if (::flock(lock.fd_.get(), LOCK_EX | LOCK_NB) != 0) {
        const int error = errno;
        lock.fd_.reset();
        if (error != EWOULDBLOCK) return cannot_listen(socket, error);
        return base::fail("cannot listen on {}: another keepstate-lb is about to serve it; choose another path",
                          socket.string());
      }
    } while (!is_still_at(lock.fd_, lock.path_));
    return lock;
  }
  PathLock(PathLock&&) noexcept = default;
  PathLock& operator=(PathLock&&) = delete;
  ~PathLock() {
    if (fd_) ::unlink(path_.c_str());
  }

 private:
  explicit PathLock(std::filesystem::path path) : path_(std::move(path)) {}

  std::filesystem::path path_;
  base::UniqueFd fd_;
};

// Removes a socket that a process which is gone has left behind; whatever else is there stays and is an error.
base::Result<void> clear_stale(const std::filesystem::path& path, const sockaddr_un& address) {
  struct stat status {};
  if (::lstat(path.c_str(), &status) != 0) return {};
  if (!S_ISSOCK(status.st_mode)) return cannot_listen(path, EEXIST);
  const base::UniqueFd probe = unix_socket();
  if (!probe) return cannot_listen(path, errno);
  if (::connect(probe.get(), reinterpret_cast<const sockaddr*>(&address), sizeof address) == 0 ||
      errno != ECONNREFUSED) {
    return base::fail("cannot listen on {}: another keepstate-lb serves it; stop that one or choose another path",
                      path.string());
  }
  if (::unlink(path.c_str()) != 0) return cannot_listen(path, errno);
  return {};
}

base::Result<base::UniqueFd> bound_unix_socket(const std::filesystem::path& path, const sockaddr_un& address) {
  base::UniqueFd fd = unix_socket();
  if (!fd) return cannot_listen(path, errno);
  // The umask makes the socket private from the moment it exists. It is the whole process's, but workers make no files.
  const mode_t old = ::umask(0177);
  const int bound = ::bind(fd.get(), reinterpret_cast<const sockaddr*>(&address), sizeof address);
  const int error = errno;
  ::umask(old);
  if (bound != 0) return cannot_listen(path, error);
  if (::listen(fd.get(), 64) != 0) return cannot_listen(path, errno);
  return fd;
}

}  // namespace

base::Result<UnixListenSocket> open_unix_socket(const std::filesystem::path& path) {
  const auto address = unix_address(path);
  if (!address) return base::Failure(address.error());
  const auto lock = PathLock::take(path);
  if (!lock) return base::Failure(lock.error());
  if (auto cleared = clear_stale(path, *address); !cleared) return base::Failure(cleared.error());
  auto fd = bound_unix_socket(path, *address);
  if (!fd) return base::Failure(fd.error());
  return UnixListenSocket{*std::move(fd), socket_file_at(path)};
}

SocketFile socket_file_at(const std::filesystem::path& path) {
  struct stat status {};
  return ::lstat(path.c_str(), &status) == 0 ? SocketFile{path, status.st_dev, status.st_ino} : SocketFile{};
}

std::filesystem::path unix_socket_path(int fd) {
  sockaddr_un address{};
  socklen_t size = sizeof address;
  if (::getsockname(fd, reinterpret_cast<sockaddr*>(&address), &size) != 0 || address.sun_family != AF_UNIX) return {};
  return address.sun_path;
}

bool is_unix_socket(int fd) noexcept {
  sockaddr_storage address{};
  socklen_t size = sizeof address;
  return ::getsockname(fd, reinterpret_cast<sockaddr*>(&address), &size) == 0 && address.ss_family == AF_UNIX;
}

void remove_socket(const SocketFile& socket) noexcept {
  // The path may lead to another daemon's socket by now. An inode lives as long as its socket does, so ours is not
  // another's yet.
  if (socket_file_at(socket.path) == socket) ::unlink(socket.path.c_str());
}

}  // namespace lb::net
