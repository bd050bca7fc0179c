// FileGroup: files of ours that change together: all are checked before the first one changes, then they are put into
// their places and whoever reads them is told; should any of that fail, all is as it was and the readers are told
// again.
//
// A file is ours where the ledger says so or where it bears our mark; whatever else is at one of the paths belongs to
// somebody, and is an error of observe_group. Values, and pure but for observe_group; any thread.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "lib/base/result.h"
#include "provisioner/step/change.h"
#include "provisioner/step/rendered_file.h"

namespace provisioner::step {

// A program that looks at a file before it goes to its place; the word {} of its arguments becomes the path of a copy.
struct FileCheck {
  std::filesystem::path path;  // whose check it is
  std::vector<std::string> argv;
};

struct FileGroup {
  std::string kind;                 // of its entries in the ledger, and of its change
  std::string name;                 // of its change
  std::string mark;                 // step::mark_of
  RenderedFiles wanted;             // absolute paths
  std::vector<FileCheck> checks{};  // of wanted files
  std::vector<Command> reload{};    // once all are in their places, and again once all are back
  std::vector<Command> verify{};    // that the readers do what the files say
};

struct FileGroupState {
  std::map<std::filesystem::path, FileState> there;  // wanted ones that are there, and ours that are wanted no more
  std::vector<std::filesystem::path> ours;           // those that the ledger has
};

[[nodiscard]] base::Result<FileGroupState> observe_group(Host& host, const FileGroup& group, const Ledger& ledger);

// One change, with OnFailure::kUndo.
[[nodiscard]] Change plan_group(const FileGroup& group, const FileGroupState& state);

// Runs a program on a copy of the file that is to be, which lies beside its place meanwhile, under a name with a dot
// before it.
class CheckFile final : public Step {
 public:
  CheckFile(std::filesystem::path path, std::vector<std::string> argv, FileState file)
      : path_(std::move(path)), argv_(std::move(argv)), file_(std::move(file)) {}
  [[nodiscard]] std::string print() const override;
  [[nodiscard]] base::Result<void> carry_out(Workplace& place) override;

 private:
  [[nodiscard]] std::filesystem::path copy() const;
  [[nodiscard]] Command command() const;

  std::filesystem::path path_;
  std::vector<std::string> argv_;
  FileState file_;
};

}  // namespace provisioner::step
