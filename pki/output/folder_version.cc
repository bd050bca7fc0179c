#include "pki/output/folder_version.h"

#include <sys/stat.h>

#include <chrono>
#include <thread>

#include "pki/output/transaction.h"

namespace pki::output {
namespace {

namespace fs = std::filesystem;

constexpr std::chrono::milliseconds kBetweenTries{20};
constexpr int kTries = 250;

}  // namespace

FolderVersion FolderVersion::of(const fs::path& folder) {
  FolderVersion version;
  std::error_code error;
  for (fs::directory_iterator at(folder, error); !error && at != fs::directory_iterator(); at.increment(error)) {
    const std::string name = at->path().filename().string();
    struct stat status {};
    if (name.starts_with('.') || ::stat(at->path().c_str(), &status) != 0) continue;  // ours, or gone again
    version.files_[name] = {status.st_dev, status.st_ino, status.st_size, status.st_ctim.tv_sec,
                            status.st_ctim.tv_nsec};
  }
  return version;
}

// In this order: where nothing is committed now and no file has been placed by the time they are looked at again, none
// was placed before.
bool FolderVersion::is_still(const fs::path& folder) const {
  return !has_committed_transaction(folder) && of(folder).files_ == files_;
}

bool may_read_again(int tries) {
  if (tries >= kTries) return false;
  std::this_thread::sleep_for(kBetweenTries);
  return true;
}

}  // namespace pki::output
