// FolderVersion: which files a PKI's folder holds at a moment, as the file system tells them apart. Readers take no
// lock, so that they need no right to write and hold nobody up; instead they read again where a run has changed
// something meanwhile. Any thread.
#pragma once

#include <sys/types.h>

#include <ctime>
#include <filesystem>
#include <map>
#include <string>
#include <tuple>

#include "lib/base/result.h"

namespace pki::output {

class FolderVersion {
 public:
  // A folder that is missing or cannot be listed holds nothing: whoever reads it will say so.
  [[nodiscard]] static FolderVersion of(const std::filesystem::path& folder);

  // Whether what was read since then belongs together: no run has placed a file in between, and none is placing some.
  // Each file that is placed is another one (its inode, its times), so none can have been here and gone.
  [[nodiscard]] bool is_still(const std::filesystem::path& folder) const;

 private:
  // Device, inode, size, and the last change of the inode.
  using File = std::tuple<dev_t, ino_t, off_t, std::time_t, long>;

  std::map<std::string, File> files_;
};

// A pause between two tries. False: it has been tried long enough (some seconds).
[[nodiscard]] bool may_read_again(int tries);

// What `read` (it returns a Result) gives when nothing has changed meanwhile; its errors may come of a change, too.
template <class Read>
[[nodiscard]] auto read_steadily(const std::filesystem::path& folder, const Read& read) -> decltype(read()) {
  for (int tries = 1;; ++tries) {
    const auto before = FolderVersion::of(folder);
    auto what = read();
    if (before.is_still(folder)) return what;
    if (!may_read_again(tries)) break;
  }
  return base::fail("{} changes while it is read; wait until the run that does so has ended, and run this again",
                    folder.string());
}

}  // namespace pki::output
