// ScratchFolder: a folder of the test's own below the system's temporary folder; removed with all that is in it.
#pragma once

#include <sys/stat.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <map>
#include <string>
#include <tuple>

namespace pki {

class ScratchFolder {
 public:
  ScratchFolder() {
    std::string name = (std::filesystem::temp_directory_path() / "keepstate-pki-XXXXXX").string();
    path_ = ::mkdtemp(name.data());
  }
  ScratchFolder(const ScratchFolder&) = delete;
  ScratchFolder& operator=(const ScratchFolder&) = delete;
  ~ScratchFolder() { std::filesystem::remove_all(path_); }

  [[nodiscard]] const std::filesystem::path& path() const { return path_; }

 private:
  std::filesystem::path path_;
};

inline mode_t mode_of(const std::filesystem::path& path) {
  struct stat status {};
  return ::stat(path.c_str(), &status) == 0 ? status.st_mode & 07777U : 0;
}

inline std::string content_of(const std::filesystem::path& path) {
  std::ifstream file(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), {}};
}

inline void put(const std::filesystem::path& path, const std::string& content) {
  std::ofstream(path, std::ios::binary) << content;
}

// All that a change of any kind would alter: which files there are, their inode, time of change and mode.
using FolderState = std::map<std::string, std::tuple<ino_t, time_t, long, mode_t, off_t>>;

inline FolderState state_of(const std::filesystem::path& folder) {
  FolderState state;
  for (const auto& entry : std::filesystem::directory_iterator(folder)) {
    struct stat status {};
    ::lstat(entry.path().c_str(), &status);
    state[entry.path().filename().string()] = {status.st_ino, status.st_mtim.tv_sec, status.st_mtim.tv_nsec,
                                               status.st_mode, status.st_size};
  }
  return state;
}

}  // namespace pki
