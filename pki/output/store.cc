#include "pki/output/store.h"

#include <sys/stat.h>

#include <cerrno>
#include <utility>

#include "pki/output/left_overs.h"
#include "pki/output/read_pair.h"
#include "pki/output/transaction.h"

namespace pki::output {
namespace {

namespace fs = std::filesystem;

base::Failure cannot_do(std::string_view doing, const fs::path& path) {
  return base::fail("cannot {} {}: {}; give --out a folder where you may write", doing, path.string(),
                    base::errno_text(errno));
}

base::Failure is_no_folder(const fs::path& folder) {
  return base::fail("{} is not a folder; give --out a folder, which need not exist yet", folder.string());
}

// mkdir's mode is cut by the umask, chmod's is not.
base::Result<void> make_one_folder(FileOperations& operations, const fs::path& folder) {
  if (operations.make_folder(folder, kFolderMode) != 0) {
    return errno == EEXIST ? base::Result<void>() : cannot_do("make the folder", folder);
  }
  if (operations.set_folder_mode(folder, kFolderMode) != 0) return cannot_do("set the mode of", folder);
  // Else a machine that goes down could forget the folder with all that was synced in it.
  const fs::path above = folder.has_parent_path() ? folder.parent_path() : fs::path(".");
  if (operations.sync_folder(above) != 0) return cannot_do("sync the folder", above);
  return {};
}

base::Result<void> make_folders(FileOperations& operations, const fs::path& folder) {
  std::error_code ignored;
  if (fs::is_directory(folder, ignored)) return {};
  if (const fs::path above = folder.parent_path(); !above.empty() && above != folder) {
    if (auto made = make_folders(operations, above); !made) return made;
  }
  return make_one_folder(operations, folder);
}

base::Result<bool> is_folder(const fs::path& folder) {
  struct stat status {};
  if (::stat(folder.c_str(), &status) != 0) {
    if (errno == ENOENT) return false;
    return base::fail("cannot look at the folder {}: {}", folder.string(), base::errno_text(errno));
  }
  if (S_ISDIR(status.st_mode)) return true;
  return is_no_folder(folder);
}

std::vector<std::string> secret_files(const plan::PkiSpec& spec) {
  std::vector<std::string> files;
  for (const auto& certificate : spec.certificates) files.push_back(plan::key_file(certificate));
  for (const auto& kubeconfig : spec.kubeconfigs) files.push_back(kubeconfig.file);
  files.emplace_back(plan::kEncryptionConfigFile);
  return files;
}

}  // namespace

Store::Store(fs::path folder) : folder_(std::move(folder)) {
  if (!folder_.has_filename()) folder_ = folder_.parent_path();  // "pki/" is "pki"
}

base::Result<Contents> Store::read(const plan::PkiSpec& spec) const {
  Contents contents;
  const auto is_there = is_folder(folder_);
  if (!is_there) return base::Failure(is_there.error());
  if (!*is_there) return contents;
  for (const auto& certificate : spec.certificates) {
    if (auto read = read_pair(folder_, certificate, contents); !read) return base::Failure(read.error());
  }
  for (const auto& kubeconfig : spec.kubeconfigs) {
    if (auto read = read_kubeconfig_file(folder_, kubeconfig, contents); !read) return base::Failure(read.error());
  }
  if (auto read = read_encryption_file(folder_, contents); !read) return base::Failure(read.error());
  contents.inventory.left_overs = find_left_overs(folder_, spec, contents);
  return contents;
}

std::vector<std::string> Store::warnings(const plan::PkiSpec& spec) const {
  std::vector<std::string> lines;
  struct stat status {};
  if (::stat(folder_.c_str(), &status) == 0 && (status.st_mode & (S_IWGRP | S_IWOTH)) != 0) {
    lines.push_back(fmt::format("{} has mode {:04o}: others can replace what is in it; run `chmod 700 '{}'`",
                                folder_.string(), status.st_mode & 07777U, folder_.string()));
  }
  for (const auto& file : secret_files(spec)) {
    const fs::path path = folder_ / file;
    if (::stat(path.c_str(), &status) == 0 && (status.st_mode & (S_IRWXG | S_IRWXO)) != 0) {
      lines.push_back(fmt::format("{} has mode {:04o}: a private key is for its owner alone; run `chmod 600 '{}'`",
                                  path.string(), status.st_mode & 07777U, path.string()));
    }
  }
  return lines;
}

base::Result<void> Store::make_folder(FileOperations& operations) const {
  std::error_code ignored;
  const bool is_there = fs::exists(folder_, ignored);
  if (is_there && !fs::is_directory(folder_, ignored)) return is_no_folder(folder_);
  if (!is_there && fs::is_symlink(folder_, ignored)) {
    return base::fail("{} is a symbolic link to a folder that is not there; make that one, or give --out another",
                      folder_.string());
  }
  return make_folders(operations, folder_);
}

}  // namespace pki::output
