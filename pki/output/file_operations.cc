#include "pki/output/file_operations.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>

namespace pki::output {

base::UniqueFd SystemFiles::create(const std::filesystem::path& path) {
  return base::UniqueFd(::open(path.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600));
}

ssize_t SystemFiles::write(int fd, std::string_view bytes) {
  return ::write(fd, bytes.data(), bytes.size());
}

int SystemFiles::set_mode(int fd, mode_t mode) {
  return ::fchmod(fd, mode);
}

int SystemFiles::set_folder_mode(const std::filesystem::path& path, mode_t mode) {
  return ::chmod(path.c_str(), mode);
}

int SystemFiles::sync(int fd) {
  return ::fsync(fd);
}

int SystemFiles::sync_folder(const std::filesystem::path& path) {
  const base::UniqueFd fd(::open(path.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  if (!fd) return -1;
  if (::fsync(fd.get()) == 0) return 0;
  return errno == EINVAL || errno == ENOTSUP ? 0 : -1;  // some file systems sync no folders (fsync(2))
}

int SystemFiles::make_folder(const std::filesystem::path& path, mode_t mode) {
  return ::mkdir(path.c_str(), mode);
}

int SystemFiles::rename(const std::filesystem::path& from, const std::filesystem::path& to) {
  return ::rename(from.c_str(), to.c_str());
}

int SystemFiles::link(const std::filesystem::path& from, const std::filesystem::path& to) {
  return ::link(from.c_str(), to.c_str());
}

int SystemFiles::remove(const std::filesystem::path& path) {
  return ::unlink(path.c_str());
}

int SystemFiles::remove_folder(const std::filesystem::path& path) {
  return ::rmdir(path.c_str());
}

}  // namespace pki::output
