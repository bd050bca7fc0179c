#include "pki/output/transaction.h"

#include <sys/stat.h>

#include <cerrno>
#include <cstring>

namespace pki::output {
namespace {

namespace fs = std::filesystem;

constexpr const char* kPending = ".pending";
constexpr const char* kCommitted = ".committed";
// A staged file's name says how it is placed, so that who finishes the work knows too.
constexpr std::string_view kCreatePrefix = "create-";
constexpr std::string_view kReplacePrefix = "replace-";
constexpr std::string_view kRemovePrefix = "remove-";

base::Failure failed(std::string_view doing, const fs::path& path) {
  return base::fail("cannot {} {}: {}", doing, path.string(), base::errno_text(errno));
}

base::Failure is_in_the_way(const fs::path& path) {
  return base::fail("{} exists and is left as it is; move it away first", path.string());
}

bool is_in_folder(const fs::path& path) {
  struct stat status {};
  return ::lstat(path.c_str(), &status) == 0;
}

bool is_same_file(const fs::path& a, const fs::path& b) {
  struct stat first {};
  struct stat second {};
  return ::lstat(a.c_str(), &first) == 0 && ::lstat(b.c_str(), &second) == 0 && first.st_dev == second.st_dev &&
         first.st_ino == second.st_ino;
}

base::Result<std::vector<std::string>> names_in(const fs::path& folder) {
  std::vector<std::string> names;
  std::error_code error;
  for (fs::directory_iterator at(folder, error); !error && at != fs::directory_iterator(); at.increment(error)) {
    names.push_back(at->path().filename().string());
  }
  if (error) return base::fail("cannot list {}: {}", folder.string(), error.message());
  return names;
}

base::Result<void> throw_away(FileOperations& operations, const fs::path& staged) {
  const auto names = names_in(staged);
  if (!names) return base::Failure(names.error());
  for (const auto& name : *names) {
    if (operations.remove(staged / name) != 0) return failed("remove", staged / name);
  }
  if (operations.remove_folder(staged) != 0) return failed("remove", staged);
  return {};
}

base::Result<void> write_whole(FileOperations& operations, const fs::path& path, const NewFile& file) {
  const base::UniqueFd fd = operations.create(path);
  if (!fd) return failed("create", path);
  for (std::string_view rest = file.content.view(); !rest.empty();) {
    const ssize_t n = operations.write(fd.get(), rest);
    if (n < 0 && errno == EINTR) continue;
    if (n < 0) return failed("write", path);
    rest.remove_prefix(static_cast<std::size_t>(n));
  }
  if (operations.set_mode(fd.get(), file.mode) != 0) return failed("set the mode of", path);
  if (operations.sync(fd.get()) != 0) return failed("sync", path);
  return {};
}

std::string staged_name(const NewFile& file) {
  switch (file.placing) {
    case Placing::kCreate:
      return std::string(kCreatePrefix) + file.name;
    case Placing::kReplace:
      return std::string(kReplacePrefix) + file.name;
    case Placing::kRemove:
      return std::string(kRemovePrefix) + file.name;
  }
  return {};  // no value of the enumeration comes here
}

base::Result<void> stage(FileOperations& operations, const fs::path& pending, const std::vector<NewFile>& files) {
  if (operations.make_folder(pending, kFolderMode) != 0) return failed("make the folder", pending);
  if (operations.set_folder_mode(pending, kFolderMode) != 0) return failed("set the mode of", pending);
  for (const auto& file : files) {
    if (auto written = write_whole(operations, pending / staged_name(file), file); !written) return written;
  }
  if (operations.sync_folder(pending) != 0) return failed("sync the folder", pending);
  return {};
}

// Such a file system has no hard links: FAT, some network file systems, a machine's folder that is shared with another.
bool has_no_links(int error) {
  return error == EPERM || error == ENOTSUP || error == EOPNOTSUPP || error == ENOSYS || error == EMLINK;
}

base::Result<void> link_into_place(FileOperations& operations, const fs::path& staged, const fs::path& place) {
  if (operations.link(staged, place) == 0) return {};
  const int error = errno;
  if (is_same_file(staged, place)) return {};  // a run before did it, or NFS did and its answer was lost
  if (is_in_folder(place)) return is_in_the_way(place);
  // Between this look and the renaming nobody of us comes, because of the lock.
  if (has_no_links(error))
    return operations.rename(staged, place) == 0 ? base::Result<void>() : failed("create", place);
  errno = error;
  return failed("create", place);
}

base::Result<void> take_away(FileOperations& operations, const fs::path& place) {
  if (operations.remove(place) != 0 && errno != ENOENT) return failed("remove", place);
  return {};
}

base::Result<void> place_one(FileOperations& operations, const fs::path& folder, const std::string& name) {
  const fs::path staged = folder / kCommitted / name;
  if (name.starts_with(kCreatePrefix)) {
    return link_into_place(operations, staged, folder / name.substr(kCreatePrefix.size()));
  }
  if (name.starts_with(kRemovePrefix)) return take_away(operations, folder / name.substr(kRemovePrefix.size()));
  if (!name.starts_with(kReplacePrefix)) {
    return base::fail("{} was put there by nobody of us; look at it and remove it", staged.string());
  }
  const fs::path place = folder / name.substr(kReplacePrefix.size());
  if (operations.rename(staged, place) != 0) return failed("replace", place);
  return {};
}

// What stays in `.committed` can be placed again, so it goes after the places have reached the disk: a file system may
// write two folders in any order, and a machine that went down in between would have neither.
base::Result<void> place_all(FileOperations& operations, const fs::path& folder) {
  const fs::path committed = folder / kCommitted;
  const auto names = names_in(committed);
  if (!names) return base::Failure(names.error());
  for (const auto& name : *names) {
    if (auto placed = place_one(operations, folder, name); !placed) return placed;
  }
  if (operations.sync_folder(folder) != 0) return failed("sync the folder", folder);
  return throw_away(operations, committed);
}

base::Result<void> check_place(const NewFile& file, const fs::path& place) {
  struct stat status {};
  if (::lstat(place.c_str(), &status) != 0) return {};
  if (file.placing == Placing::kCreate) return is_in_the_way(place);
  if (!S_ISLNK(status.st_mode)) return {};
  return base::fail("{} is a symbolic link, and only the link would be replaced; put the file itself there",
                    place.string());
}

base::Result<void> check_places(const fs::path& folder, const std::vector<NewFile>& files) {
  for (const auto& file : files) {
    if (auto checked = check_place(file, folder / file.name); !checked) return checked;
  }
  return {};
}

base::Result<void> commit(FileOperations& operations, const fs::path& folder, const std::vector<NewFile>& files) {
  if (auto staged = stage(operations, folder / kPending, files); !staged) return staged;
  if (auto clear = check_places(folder, files); !clear) return clear;
  if (operations.rename(folder / kPending, folder / kCommitted) != 0) return failed("commit", folder / kPending);
  return {};
}

}  // namespace

base::Result<void> change_files(FileOperations& operations, const fs::path& folder, const std::vector<NewFile>& files) {
  if (auto finished = finish_transaction(operations, folder); !finished) return finished;
  if (files.empty()) return {};
  if (auto clear = check_places(folder, files); !clear) return clear;
  if (auto committed = commit(operations, folder, files); !committed) {
    if (is_in_folder(folder / kPending)) (void)throw_away(operations, folder / kPending);
    return committed;
  }
  if (operations.sync_folder(folder) != 0) return failed("sync the folder", folder);
  return place_all(operations, folder);
}

base::Result<void> finish_transaction(FileOperations& operations, const fs::path& folder) {
  if (is_in_folder(folder / kPending)) {
    if (auto thrown = throw_away(operations, folder / kPending); !thrown) return thrown;
  }
  return has_committed_transaction(folder) ? place_all(operations, folder) : base::Result<void>();
}

bool has_committed_transaction(const fs::path& folder) {
  return is_in_folder(folder / kCommitted);
}

}  // namespace pki::output
