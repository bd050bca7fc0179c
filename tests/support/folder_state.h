// What a folder holds, so that a test can tell whether anything in it was touched. Values; any thread.
#pragma once

#include <sys/stat.h>

#include <filesystem>
#include <fstream>
#include <iterator>
#include <map>
#include <string>
#include <tuple>

namespace tests::support {

// The permission bits; 0 when there is no such file.
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

// By name: inode, time of the last change (seconds, nanoseconds), mode and size.
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

}  // namespace tests::support
