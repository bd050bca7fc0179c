#include "lb/access_log/log_file.h"

#include <fcntl.h>
#include <poll.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <climits>
#include <filesystem>
#include <utility>

#include "lib/base/unblocked.h"
#include "lib/cluster/cluster.h"

namespace lb::access_log {
namespace {

constexpr mode_t kMode = 0640;

std::string remedy(int error, const std::string& path) {
  const std::string folder = std::filesystem::path(path).parent_path().string();
  switch (error) {
    case ENOENT:
      return fmt::format("make its folder: mkdir -p {}", folder);
    case EACCES:
      return fmt::format("let this user write there: chown it, or the folder {}", folder);
    case EISDIR:
      return "it is a folder; name a file in it";
    case ENXIO:
      return "it is a pipe that nobody reads; start the reader first";
    default:
      return "choose another file, or stdout";
  }
}

// Not blocking, for those that are no plain files: a pipe whose reader does nothing must not hold us.
base::Result<base::UniqueFd> open_file(const std::string& path) {
  base::UniqueFd fd(::open(path.c_str(), O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC | O_NONBLOCK | O_NOCTTY, kMode));
  if (!fd) {
    const int error = errno;
    return base::fail("cannot open the access log {}: {}; {}", path, base::errno_text(error), remedy(error, path));
  }
  return fd;
}

bool is_plain_file(int fd) noexcept {
  struct stat status {};
  return ::fstat(fd, &status) == 0 && S_ISREG(status.st_mode);
}

// As many as `most` bytes hold; a part of one that is longer.
std::string_view whole_lines(std::string_view lines, std::size_t most) noexcept {
  if (lines.size() <= most) return lines;
  const auto end = lines.rfind('\n', most - 1);
  return lines.substr(0, end == std::string_view::npos ? most : end + 1);
}

}  // namespace

base::Result<LogFile> LogFile::open(std::string path) {
  if (path == cluster::AccessLog::kStdout) return LogFile(std::move(path), base::open_unblocked(STDOUT_FILENO));
  auto fd = open_file(path);
  if (!fd) return base::Failure(fd.error());
  return LogFile(std::move(path), *std::move(fd));
}

base::Result<void> LogFile::check(const std::string& path) {
  if (path == cluster::AccessLog::kStdout) return {};
  std::error_code failure;
  const std::filesystem::path file(path);
  if (std::filesystem::is_directory(file, failure)) {
    return base::fail("accessLog.file: {}: {}", path, remedy(EISDIR, path));
  }
  if (std::filesystem::is_directory(file.parent_path(), failure)) return {};
  return base::fail("accessLog.file: the folder of {} is not there; {}", path, remedy(ENOENT, path));
}

LogFile::LogFile(std::string path, base::UniqueFd fd) noexcept
    : path_(std::move(path)), fd_(std::move(fd)), is_plain_file_(access_log::is_plain_file(this->fd())) {}

int LogFile::fd() const noexcept {
  return fd_ ? fd_.get() : STDOUT_FILENO;
}

base::Result<void> LogFile::reopen() {
  if (path_ == cluster::AccessLog::kStdout) return {};
  auto fd = open_file(path_);
  if (!fd) return base::Failure(fd.error());
  fd_ = *std::move(fd);
  is_plain_file_ = access_log::is_plain_file(fd_.get());
  cut_ = false;
  return {};
}

LogFile::Written LogFile::write(std::string_view lines, const base::Clock& clock, base::SteadyTime until) noexcept {
  if (cut_) {
    std::string_view end = "\n";
    if (const int error = write_all(end, clock, until); error != 0) return {.error = error};
    cut_ = false;
  }
  std::string_view rest = lines;
  const int error = write_all(rest, clock, until);
  const std::size_t written = lines.size() - rest.size();
  cut_ = written > 0 && lines[written - 1] != '\n';
  return {.bytes = written, .error = error};
}

int LogFile::write_all(std::string_view& rest, const base::Clock& clock, base::SteadyTime until) noexcept {
  while (!rest.empty()) {
    const auto patience = is_plain_file_ ? std::chrono::nanoseconds{0} : until - clock.now();
    if (const int error = write_some(rest, patience); error != 0) return error;
  }
  return 0;
}

// Standard output may be a pipe that blocks all the same: so much as a pipe takes whole once it says that it has room
// (POSIX: PIPE_BUF).
int LogFile::write_some(std::string_view& rest, std::chrono::nanoseconds patience) noexcept {
  if (!is_plain_file_) {
    const auto wait = std::chrono::ceil<std::chrono::milliseconds>(std::max(patience, std::chrono::nanoseconds{0}));
    pollfd room{.fd = fd(), .events = POLLOUT, .revents = 0};
    const int ready = ::poll(&room, 1, static_cast<int>(wait.count()));
    if (ready <= 0) return ready == 0 ? ETIMEDOUT : errno == EINTR ? 0 : errno;
  }
  const std::string_view piece = is_plain_file_ ? rest : whole_lines(rest, PIPE_BUF);
  const ssize_t written = ::write(fd(), piece.data(), piece.size());
  if (written < 0) return errno == EINTR || errno == EAGAIN ? 0 : errno;
  rest.remove_prefix(static_cast<std::size_t>(written));
  return 0;
}

}  // namespace lb::access_log
