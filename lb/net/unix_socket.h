// A listening Unix socket: a file that only its owner may open, and that outlives neither its process nor its successor
// by mistake. Any thread, but making one changes the process's umask for a moment.
#pragma once

#include <sys/types.h>

#include <filesystem>

#include "lib/base/result.h"
#include "lib/base/unique_fd.h"

namespace lb::net {

// A socket's file: where, and which.
struct SocketFile {
  std::filesystem::path path;
  dev_t device = 0;
  ino_t inode = 0;
  friend bool operator==(const SocketFile&, const SocketFile&) = default;
};

struct UnixListenSocket {
  base::UniqueFd fd;  // listening, non-blocking
  SocketFile file;
};

// Mode 0600. A socket that nobody serves any more is replaced; one that is served, and whatever is no socket, is an
// error and stays. Of several processes that begin at once one gets it: PATH.lock is there meanwhile.
[[nodiscard]] base::Result<UnixListenSocket> open_unix_socket(const std::filesystem::path& path);

// The file that is there now; nothing of it is known when there is none.
[[nodiscard]] SocketFile socket_file_at(const std::filesystem::path& path);
// Where a Unix socket is bound; empty for any other descriptor.
[[nodiscard]] std::filesystem::path unix_socket_path(int fd);
[[nodiscard]] bool is_unix_socket(int fd) noexcept;

// Removes the file, if it is still this socket's.
void remove_socket(const SocketFile& socket) noexcept;

}  // namespace lb::net
