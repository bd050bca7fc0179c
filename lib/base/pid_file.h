// PidFile: a file that names this process while it serves, for supervisors that look for one (rc.d). Owned by whoever
// serves; one thread.
#pragma once

#include <filesystem>

#include "lib/base/result.h"

namespace base {

class PidFile {
 public:
  // Replaces what is there, atomically: a process that takes over another's place takes over its file too. Errors name
  // the path and the reason.
  [[nodiscard]] static Result<PidFile> write(std::filesystem::path path);
  // Removes the file, unless it names another process by now.
  ~PidFile();
  PidFile(PidFile&& other) noexcept;
  PidFile& operator=(PidFile&&) = delete;

 private:
  explicit PidFile(std::filesystem::path path) : path_(std::move(path)) {}

  std::filesystem::path path_;  // empty: moved from
};

}  // namespace base
