// Archives: files as one stream in tar's form (POSIX ustar), or as the image of a CD (ISO 9660); the same bytes for the
// same entries. The only door to libarchive. Any thread.
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

// In the order of the entries, all of them root's (0:0) and last changed at `time`. Errors name the entry. Nothing of
// an entry is kept or copied on its way to the sink, so that who owns secret bytes can wipe them all.
[[nodiscard]] Result<void> write_tar(const std::vector<ArchiveEntry>& entries, std::chrono::sys_seconds time,
                                     const ArchiveSink& sink);

// An image of the volume with the entries in its root, which have no folders in their paths; Joliet and Rock Ridge keep
// their names as they are. libarchive has the files in a temporary file meanwhile, so nothing secret belongs here.
[[nodiscard]] Result<std::string> iso9660_image(const std::string& volume, const std::vector<ArchiveEntry>& entries,
                                                std::chrono::sys_seconds time);

}  // namespace base
