#include "lib/base/pid_file.h"

#include <unistd.h>

#include <string>
#include <utility>

#include "lib/base/file_system.h"

namespace base {
namespace {

constexpr mode_t kPidFileMode = 0644;

std::string own_line() {
  return std::to_string(::getpid()) + '\n';
}

}  // namespace

Result<PidFile> PidFile::write(std::filesystem::path path) {
  if (auto written = write_file(path, own_line(), kPidFileMode); !written) return Failure(written.error());
  return PidFile(std::move(path));
}

PidFile::PidFile(PidFile&& other) noexcept : path_(std::exchange(other.path_, {})) {}

PidFile::~PidFile() {
  if (path_.empty()) return;
  const auto content = read_file(path_);
  if (content && *content == own_line()) ::unlink(path_.c_str());
}

}  // namespace base
