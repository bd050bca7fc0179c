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

base::Result<void> link_into_place(FileOperations& operations, const fs::path& staged, const fs::path& place) {
  const int linked = operations.link(staged, place);
  if (linked != 0 && errno != EEXIST) return failed("create", place);
  if (linked != 0 && !is_same_file(staged, place)) return is_in_the_way(place);
  if (operations.remove(staged) != 0) return failed("remove", staged);
  return {};
}

base::Result<void> take_away(FileOperations& operations, const fs::path& staged, const fs::path& place) {
  if (operations.remove(place) != 0 && errno != ENOENT) return failed("remove", place);
  if (operations.remove(staged) != 0) return failed("remove", staged);
  return {};
}

base::Result<void> place_one(FileOperations& operations, const fs::path& folder, const std::string& name) {
  const fs::path staged = folder / kCommitted / name;
  if (name.starts_with(kCreatePrefix)) {
    return link_into_place(operations, staged, folder / name.substr(kCreatePrefix.size()));
  }
  if (name.starts_with(kRemovePrefix)) {
    return take_away(operations, staged, folder / name.substr(kRemovePrefix.size()));
  }
  if (!name.starts_with(kReplacePrefix)) {
    return base::fail("{} was put there by nobody of us; look at it and remove it", staged.string());
  }
  const fs::path place = folder / name.substr(kReplacePrefix.size());
  if (operations.rename(staged, place) != 0) return failed("replace", place);
  return {};
}

base::Result<void> place_all(FileOperations& operations, const fs::path& folder) {
  const fs::path committed = folder / kCommitted;
  const auto names = names_in(committed);
  if (!names) return base::Failure(names.error());
  for (const auto& name : *names) {
    if (auto placed = place_one(operations, folder, name); !placed) return placed;
  }
  if (operations.sync_folder(folder) != 0) return failed("sync the folder", folder);
  if (operations.remove_folder(committed) != 0) return failed("remove", committed);
  return {};
}

base::Result<void> check_places(const fs::path& folder, const std::vector<NewFile>& files) {
  for (const auto& file : files) {
    if (file.placing == Placing::kCreate && is_in_folder(folder / file.name)) return is_in_the_way(folder / file.name);
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
