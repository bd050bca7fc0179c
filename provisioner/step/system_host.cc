#include "provisioner/step/system_host.h"

#include <fcntl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <thread>

#include "lib/base/file_system.h"
#include "lib/base/unique_fd.h"

namespace provisioner::step {
namespace {

namespace fs = std::filesystem;

// What a program reads lies in a file that has no name any more.
base::Result<base::UniqueFd> file_with(std::string_view content) {
  std::error_code none;
  const fs::path folder = fs::temp_directory_path(none);
  if (none) return base::fail("TMPDIR names no folder: {}; name another, or unset it", none.message());
  std::string name = (folder / "keepstate-input-XXXXXX").string();
  base::UniqueFd fd(::mkostemp(name.data(), O_CLOEXEC));
  if (!fd)
    return base::fail("cannot create a file in {}: {}", fs::path(name).parent_path().string(), base::errno_text(errno));
  ::unlink(name.c_str());
  while (!content.empty()) {
    const ssize_t n = ::write(fd.get(), content.data(), content.size());
    if (n < 0 && errno == EINTR) continue;
    if (n < 0) return base::fail("cannot write {}: {}", name, base::errno_text(errno));
    content.remove_prefix(static_cast<std::size_t>(n));
  }
  if (::lseek(fd.get(), 0, SEEK_SET) != 0) return base::fail("cannot read {} again: {}", name, base::errno_text(errno));
  return fd;
}

bool is_missing(const std::error_code& error) {
  return error == std::errc::no_such_file_or_directory || error == std::errc::not_a_directory;
}

}  // namespace

base::Result<base::Output> SystemHost::run(const Command& command) {
  base::SubprocessOptions options;
  base::UniqueFd input;
  if (!command.input.empty()) {
    auto file = file_with(command.input);
    if (!file) return base::Failure(file.error());
    input = std::move(*file);
    options.input = input.get();
  }
  options.environment["LC_ALL"] = "C";       // what programs say is read by us
  options.group = base::ProcessGroup::kOwn;  // a Ctrl-C lets what has begun come to its end
  return base::run_captured(command.argv, options, command.timeout);
}

base::Result<base::PipelineOutput> SystemHost::pipe(const Command& from, const Command& to) {
  base::SubprocessOptions options;
  options.environment["LC_ALL"] = "C";
  options.group = base::ProcessGroup::kOwn;
  return base::run_pipeline(from.argv, to.argv, options, to.timeout);
}

base::Result<pid_t> SystemHost::start(const std::vector<std::string>& argv, const fs::path& log) {
  base::SubprocessOptions options;
  options.out = base::AppendTo{log};
  options.err = base::AppendTo{log};
  options.group = base::ProcessGroup::kOwn;
  options.working_folder = "/";
  return base::Subprocess::start_orphan(argv, options);
}

base::Result<std::optional<FileState>> SystemHost::read(const fs::path& path) {
  struct stat status {};
  if (::stat(path.c_str(), &status) != 0) {
    if (errno == ENOENT || errno == ENOTDIR) return std::nullopt;
    return base::fail("cannot look at {}: {}", path.string(), base::errno_text(errno));
  }
  auto content = base::read_file(path);
  if (!content) return base::Failure(content.error());
  return FileState{std::move(*content), status.st_mode & 07777U};
}

base::Result<void> SystemHost::write(const fs::path& path, const FileState& file) {
  return base::write_file(path, file.content, file.mode);
}

base::Result<void> SystemHost::remove(const fs::path& path) {
  if (::unlink(path.c_str()) == 0 || errno == ENOENT || errno == ENOTDIR) return {};
  return base::fail("cannot remove {}: {}", path.string(), base::errno_text(errno));
}

base::Result<void> SystemHost::make_folder(const fs::path& path, mode_t mode) {
  std::error_code error;
  if (path.has_parent_path() && !fs::exists(path.parent_path(), error)) {
    if (auto above = make_folder(path.parent_path(), 0755); !above) return above;
  }
  if (::mkdir(path.c_str(), mode) != 0) {
    if (errno == EEXIST && fs::is_directory(path, error)) return {};
    return base::fail("cannot make the folder {}: {}", path.string(), base::errno_text(errno));
  }
  if (::chmod(path.c_str(), mode) == 0) return {};  // whatever the umask
  return base::fail("cannot set the mode of {}: {}", path.string(), base::errno_text(errno));
}

base::Result<void> SystemHost::remove_tree(const fs::path& path) {
  std::error_code error;
  fs::remove_all(path, error);
  if (!error) return {};
  return base::fail("cannot remove {}: {}", path.string(), error.message());
}

base::Result<std::vector<std::string>> SystemHost::list(const fs::path& path) {
  std::error_code error;
  std::vector<std::string> names;
  for (fs::directory_iterator at(path, error), end; !error && at != end; at.increment(error)) {
    names.push_back(at->path().filename().string());
  }
  if (error && !is_missing(error)) return base::fail("cannot list {}: {}", path.string(), error.message());
  std::sort(names.begin(), names.end());
  return names;
}

bool SystemHost::exists(const fs::path& path) {
  std::error_code error;
  return fs::exists(fs::symlink_status(path, error));
}

base::Result<base::UniqueFd> SystemHost::connect(const fs::path& socket) {
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  const std::string path = socket.string();
  if (path.size() >= sizeof address.sun_path) return base::fail("cannot connect to {}: the path is too long", path);
  path.copy(address.sun_path, path.size());
  base::UniqueFd fd(::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0));
  if (!fd || ::connect(fd.get(), reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0) {
    return base::fail("cannot connect to {}: {}", path, base::errno_text(errno));
  }
  return fd;
}

base::SteadyTime SystemHost::now() {
  return std::chrono::steady_clock::now();
}

void SystemHost::rest(std::chrono::milliseconds time) {
  std::this_thread::sleep_for(time);
}

}  // namespace provisioner::step
