// Archives: files as one stream in tar's form (POSIX ustar), the same bytes for the same entries. The only door to
// libarchive. Any thread.
//
// Nothing of an entry is kept or copied on its way to the sink, so that who owns secret bytes can wipe them all.
#pragma once

#include <sys/types.h>

#include <chrono>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "lib/base/result.h"

namespace base {

struct ArchiveEntry {
  std::string path;  // relative; one that ends in a slash is a folder
  mode_t mode = 0644;
  std::string_view content;
};

// Takes what comes, in order; an error ends the archive and is passed on.
using ArchiveSink = std::function<Result<void>(std::string_view)>;

// In the order of the entries, all of them root's (0:0) and last changed at `time`. Errors name the entry.
[[nodiscard]] Result<void> write_tar(const std::vector<ArchiveEntry>& entries, std::chrono::sys_seconds time,
                                     const ArchiveSink& sink);

}  // namespace base
