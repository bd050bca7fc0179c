#include "provisioner/step/steps.h"

#include <sstream>

#include "provisioner/step/shell_text.h"

namespace provisioner::step {
namespace {

base::Result<void> put_back(Host& host, const std::filesystem::path& path, const std::optional<FileState>& before) {
  return before ? host.write(path, *before) : host.remove(path);
}

base::Result<void> run_to_success(Host& host, const Command& command) {
  const auto output = output_of(host, command);
  if (!output) return base::Failure(output.error());
  return {};
}

}  // namespace

std::string WriteFile::print() const {
  return shell_text(path_, file_);
}

base::Result<void> WriteFile::carry_out(Workplace& place) {
  auto before = place.host().read(path_);
  if (!before) return base::Failure(before.error());
  before_ = std::move(*before);
  wrote_ = true;
  return place.host().write(path_, file_);
}

base::Result<void> WriteFile::undo(Workplace& place) {
  return wrote_ ? put_back(place.host(), path_, before_) : base::Result<void>{};
}

std::string RemoveFile::print() const {
  return "rm -f " + shell_word(path_.string());
}

base::Result<void> RemoveFile::carry_out(Workplace& place) {
  auto before = place.host().read(path_);
  if (!before) return base::Failure(before.error());
  before_ = std::move(*before);
  return place.host().remove(path_);
}

base::Result<void> RemoveFile::undo(Workplace& place) {
  return before_ ? put_back(place.host(), path_, before_) : base::Result<void>{};
}

std::string MakeFolder::print() const {
  return fmt::format("mkdir -p -m {:04o} {}", static_cast<unsigned>(mode_), shell_word(path_.string()));
}

base::Result<void> MakeFolder::carry_out(Workplace& place) {
  return place.host().make_folder(path_, mode_);
}

std::string RemoveTree::print() const {
  return "rm -rf " + shell_word(path_.string());
}

base::Result<void> RemoveTree::carry_out(Workplace& place) {
  return place.host().remove_tree(path_);
}

std::string RunCommand::print() const {
  return shell_text(command_);
}

base::Result<void> RunCommand::carry_out(Workplace& place) {
  return run_to_success(place.host(), command_);
}

base::Result<void> RunCommand::undo(Workplace& place) {
  return undo_ ? run_to_success(place.host(), *undo_) : base::Result<void>{};
}

std::string RunPipe::print() const {
  return shell_text(from_) + " | " + shell_text(to_);
}

base::Result<void> RunPipe::carry_out(Workplace& place) {
  const auto output = output_of(place.host(), from_, to_);
  if (!output) return base::Failure(output.error());
  std::istringstream in(*output);
  for (std::string line; std::getline(in, line);) place.tell(line);
  return {};
}

std::string RunAtUndo::print() const {
  std::string text = "should a later step fail: " + shell_text(command_);
  for (std::size_t at = 0; (at = text.find('\n', at)) != std::string::npos; at += 3) text.replace(at, 1, "\n# ");
  return "# " + text;
}

base::Result<void> RunAtUndo::carry_out(Workplace& /*place*/) {
  return {};
}

base::Result<void> RunAtUndo::undo(Workplace& place) {
  return run_to_success(place.host(), command_);
}

std::string Claim::print() const {
  return fmt::format("# remember that {} {} is ours", entry_.kind, entry_.name);
}

base::Result<void> Claim::carry_out(Workplace& place) {
  before_ = place.ledger().find(entry_.kind, entry_.name);
  claimed_ = true;
  return place.ledger().claim(entry_);
}

base::Result<void> Claim::undo(Workplace& place) {
  if (!claimed_) return {};
  return before_ ? place.ledger().claim(*before_) : place.ledger().release(entry_.kind, entry_.name);
}

std::string Release::print() const {
  return fmt::format("# forget {} {}", kind_, name_);
}

base::Result<void> Release::carry_out(Workplace& place) {
  before_ = place.ledger().find(kind_, name_);
  return place.ledger().release(kind_, name_);
}

base::Result<void> Release::undo(Workplace& place) {
  return before_ ? place.ledger().claim(*before_) : base::Result<void>{};
}

}  // namespace provisioner::step
