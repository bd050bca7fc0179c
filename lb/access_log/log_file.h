// LogFile: where the lines go: a file that is appended to (mode 0640) and can be opened again after it was renamed, or
// standard output. One thread at a time.
#pragma once

#include <chrono>
#include <cstddef>
#include <string>
#include <string_view>

#include "lib/base/clock.h"
#include "lib/base/result.h"
#include "lib/base/unique_fd.h"

namespace lb::access_log {

class LogFile {
 public:
  // `path` is absolute, or cluster::AccessLog::kStdout.
  [[nodiscard]] static base::Result<LogFile> open(std::string path);
  // Whether its folder is there, without opening the file; for `check`.
  [[nodiscard]] static base::Result<void> check(const std::string& path);

  // From now on the file that has the path now. On failure all stays as it was.
  [[nodiscard]] base::Result<void> reopen();

  struct Written {
    std::size_t bytes = 0;
    int error = 0;  // the errno value that says why these are not all, or 0
  };
  // A reader that has not taken all by `until` is an error (ETIMEDOUT), so nobody can hold the writer up for good. A
  // pipe gets whole lines only; elsewhere, what comes after a line that was cut begins a new one.
  [[nodiscard]] Written write(std::string_view lines, const base::Clock& clock, base::SteadyTime until) noexcept;

  [[nodiscard]] const std::string& path() const noexcept { return path_; }

 private:
  LogFile(std::string path, base::UniqueFd fd) noexcept;
  [[nodiscard]] int fd() const noexcept;
  [[nodiscard]] int write_some(std::string_view& rest, std::chrono::nanoseconds patience) noexcept;
  [[nodiscard]] int write_all(std::string_view& rest, const base::Clock& clock, base::SteadyTime until) noexcept;

  std::string path_;
  base::UniqueFd fd_;  // none: standard output itself, which is not ours to close
  bool is_plain_file_;
  bool cut_ = false;  // the last thing that was written is no whole line
};

}  // namespace lb::access_log
