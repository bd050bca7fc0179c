// cover_folder: an empty folder in memory over a folder of the system, for the calling thread and what it starts alone:
// so a test lets programs write to /etc and leaves nothing there. Linux and root.
#pragma once

#include <sched.h>
#include <sys/mount.h>

#include <cerrno>
#include <system_error>

namespace tests::support {

// In a mount namespace of the thread's own, which ends with it. Throws std::system_error.
inline void cover_folder(const char* folder) {
  const auto must = [](int result, const char* what) {
    if (result != 0) throw std::system_error(errno, std::generic_category(), what);
  };
  must(::unshare(CLONE_NEWNS), "unshare");
  must(::mount("none", "/", nullptr, MS_REC | MS_PRIVATE, nullptr), "make mounts private");
  must(::mount("tmpfs", folder, "tmpfs", 0, "mode=0755"), "mount tmpfs");
}

}  // namespace tests::support
