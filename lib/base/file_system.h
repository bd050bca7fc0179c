// Files read and written whole. A write is atomic: temporary file beside the target, fsync, rename, fsync of the
// folder, so that a crash leaves the old file or the new one. Errors name the path, the reason and a remedy. Any
// thread.
#pragma once

#include <sys/types.h>

#include <filesystem>
#include <string>
#include <string_view>

#include "lib/base/result.h"

namespace base {

// At most 64 MiB; a folder, a missing or an unreadable file is an error.
[[nodiscard]] Result<std::string> read_file(const std::filesystem::path& path);

// Replaces `path`. The file has exactly `mode`, whatever the umask, from its first byte on.
[[nodiscard]] Result<void> write_file(const std::filesystem::path& path, std::string_view content, mode_t mode);

// Like write_file, but never replaces: an existing `path` is an error and stays as it is (link(2), so without a race).
[[nodiscard]] Result<void> create_file(const std::filesystem::path& path, std::string_view content, mode_t mode);

}  // namespace base
