#include "provisioner/step/file_group.h"

#include <algorithm>

#include "provisioner/step/shell_text.h"
#include "provisioner/step/steps.h"

namespace provisioner::step {
namespace {

namespace fs = std::filesystem;

bool is_wanted(const FileGroup& group, const fs::path& path) {
  return std::any_of(group.wanted.begin(), group.wanted.end(),
                     [&](const RenderedFile& file) { return file.path == path; });
}

bool is_in(const std::vector<fs::path>& paths, const fs::path& path) {
  return std::find(paths.begin(), paths.end(), path) != paths.end();
}

// What is to be done with the group's files.
struct Differences {
  std::vector<const RenderedFile*> to_write;
  std::vector<fs::path> to_remove;
  bool anything_there = false;

  [[nodiscard]] bool empty() const { return to_write.empty() && to_remove.empty(); }
};

Differences differences(const FileGroup& group, const FileGroupState& state) {
  Differences result;
  for (const RenderedFile& file : group.wanted) {
    const auto there = state.there.find(file.path);
    if (there == state.there.end() || there->second != file.file || !is_in(state.ours, file.path)) {
      result.to_write.push_back(&file);
    }
    result.anything_there = result.anything_there || there != state.there.end();
  }
  for (const fs::path& path : state.ours) {
    if (!is_wanted(group, path)) result.to_remove.push_back(path);
  }
  return result;
}

std::string reason(const Differences& differences, const FileGroupState& state) {
  std::string why;
  const auto add = [&](const fs::path& path, const char* what) {
    why += fmt::format("{}{} {}", why.empty() ? "" : ", ", path.string(), what);
  };
  for (const RenderedFile* const file : differences.to_write) {
    add(file->path, state.there.contains(file->path) ? "differs" : "is not there");
  }
  for (const fs::path& path : differences.to_remove) add(path, "is wanted no more");
  return why;
}

Action action_of(const FileGroup& group, const Differences& differences) {
  if (differences.empty()) return Action::kSame;
  if (group.wanted.empty()) return Action::kRemove;
  return differences.anything_there || !differences.to_remove.empty() ? Action::kChange : Action::kCreate;
}

void add_checks(const FileGroup& group, const Differences& differences, Steps& steps) {
  for (const FileCheck& check : group.checks) {
    for (const RenderedFile* const file : differences.to_write) {
      if (file->path != check.path) continue;
      steps.push_back(std::make_unique<MakeFolder>(file->path.parent_path(), 0755));
      steps.push_back(std::make_unique<CheckFile>(file->path, check.argv, file->file));
    }
  }
}

void add_placing(const FileGroup& group, const Differences& differences, Steps& steps) {
  for (const RenderedFile* const file : differences.to_write) {
    steps.push_back(std::make_unique<Claim>(LedgerEntry{group.kind, file->path.string()}));
    steps.push_back(std::make_unique<MakeFolder>(file->path.parent_path(), 0755));
    steps.push_back(std::make_unique<WriteFile>(file->path, file->file));
  }
  for (const fs::path& path : differences.to_remove) {
    steps.push_back(std::make_unique<RemoveFile>(path));
    steps.push_back(std::make_unique<Release>(group.kind, path.string()));
  }
}

}  // namespace

base::Result<FileGroupState> observe_group(Host& host, const FileGroup& group, const Ledger& ledger) {
  FileGroupState state;
  for (const LedgerEntry& entry : ledger.of_kind(group.kind)) state.ours.emplace_back(entry.name);
  std::vector<fs::path> paths = state.ours;
  for (const RenderedFile& file : group.wanted) {
    if (!is_in(paths, file.path)) paths.push_back(file.path);
  }
  for (const fs::path& path : paths) {
    auto there = host.read(path);
    if (!there) return base::Failure(there.error());
    if (!*there) continue;
    if (!is_in(state.ours, path) && (*there)->content.find(group.mark) == std::string::npos) {
      return base::fail("{} is there and is not ours, as it has no line \"{}\"; move it away, and run this again",
                        path.string(), group.mark);
    }
    state.there.emplace(path, **std::move(there));
  }
  return state;
}

Change plan_group(const FileGroup& group, const FileGroupState& state) {
  const Differences found = differences(group, state);
  Change change{.action = action_of(group, found),
                .kind = group.kind,
                .name = group.name,
                .why = reason(found, state),
                .on_failure = OnFailure::kUndo};
  if (found.empty()) return change;
  add_checks(group, found, change.steps);
  for (const Command& command : group.reload) change.steps.push_back(std::make_unique<RunAtUndo>(command));
  std::reverse(change.steps.end() - static_cast<std::ptrdiff_t>(group.reload.size()), change.steps.end());
  add_placing(group, found, change.steps);
  for (const Command& command : group.reload) change.steps.push_back(std::make_unique<RunCommand>(command));
  for (const Command& command : group.verify) change.steps.push_back(std::make_unique<RunCommand>(command));
  return change;
}

fs::path CheckFile::copy() const {
  return path_.parent_path() / ("." + path_.filename().string() + ".to-check");
}

Command CheckFile::command() const {
  Command command{argv_};
  std::replace(command.argv.begin(), command.argv.end(), std::string("{}"), copy().string());
  return command;
}

std::string CheckFile::print() const {
  return shell_text(copy(), file_) + "\n" + shell_text(command()) + "\nrm -f " + shell_word(copy().string());
}

base::Result<void> CheckFile::carry_out(Workplace& place) {
  if (auto written = place.host().write(copy(), file_); !written) return written;
  const auto checked = output_of(place.host(), command());
  if (auto removed = place.host().remove(copy()); !removed) return removed;
  if (!checked) return base::Failure(checked.error());
  return {};
}

}  // namespace provisioner::step
