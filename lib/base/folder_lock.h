// FolderLock: who holds it is the only one that changes a folder. One thread.
//
// The lock is flock(2) on the file `.lock`, which names its holder and goes with it, so that the folder holds nothing
// of it between two runs. A killed run's file is taken over: its lock died with it.
#pragma once

#include <chrono>
#include <filesystem>
#include <string_view>

#include "lib/base/result.h"
#include "lib/base/unique_fd.h"

namespace base {

class FolderLock {
 public:
  // `holder` is what others are told: "process 123, keepstate-pki renew". The folder must be there. Held by another for
  // as long as `patience`, an error names that one.
  [[nodiscard]] static Result<FolderLock> take(const std::filesystem::path& folder, std::string_view holder,
                                               std::chrono::milliseconds patience = {});

  ~FolderLock();
  FolderLock(FolderLock&& other) noexcept = default;
  FolderLock& operator=(FolderLock&&) = delete;

 private:
  FolderLock(std::filesystem::path path, UniqueFd fd) : path_(std::move(path)), fd_(std::move(fd)) {}

  std::filesystem::path path_;
  UniqueFd fd_;  // empty: moved from
};

}  // namespace base
