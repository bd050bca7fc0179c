// The steps that every room needs: files, folders, programs, entries of the ledger. One thread at a time.
#pragma once

#include <filesystem>
#include <optional>

#include "provisioner/step/step.h"

namespace provisioner::step {

// Replaces the file; undo puts back what was there.
class WriteFile final : public Step {
 public:
  WriteFile(std::filesystem::path path, FileState file) : path_(std::move(path)), file_(std::move(file)) {}
  [[nodiscard]] std::string print() const override;
  [[nodiscard]] base::Result<void> carry_out(Workplace& place) override;
  [[nodiscard]] base::Result<void> undo(Workplace& place) override;

 private:
  std::filesystem::path path_;
  FileState file_;
  std::optional<FileState> before_;
  bool wrote_ = false;
};

// Undo puts it back.
class RemoveFile final : public Step {
 public:
  explicit RemoveFile(std::filesystem::path path) : path_(std::move(path)) {}
  [[nodiscard]] std::string print() const override;
  [[nodiscard]] base::Result<void> carry_out(Workplace& place) override;
  [[nodiscard]] base::Result<void> undo(Workplace& place) override;

 private:
  std::filesystem::path path_;
  std::optional<FileState> before_;
};

class MakeFolder final : public Step {
 public:
  MakeFolder(std::filesystem::path path, mode_t mode) : path_(std::move(path)), mode_(mode) {}
  [[nodiscard]] std::string print() const override;
  [[nodiscard]] base::Result<void> carry_out(Workplace& place) override;

 private:
  std::filesystem::path path_;
  mode_t mode_;
};

// With all in it. Only for folders that are ours alone; there is no undo.
class RemoveTree final : public Step {
 public:
  explicit RemoveTree(std::filesystem::path path) : path_(std::move(path)) {}
  [[nodiscard]] std::string print() const override;
  [[nodiscard]] base::Result<void> carry_out(Workplace& place) override;

 private:
  std::filesystem::path path_;
};

// Runs a program that must end with 0; `undo` runs its opposite, whose failure is told but changes nothing.
class RunCommand final : public Step {
 public:
  explicit RunCommand(Command command, std::optional<Command> undo = std::nullopt)
      : command_(std::move(command)), undo_(std::move(undo)) {}
  [[nodiscard]] std::string print() const override;
  [[nodiscard]] base::Result<void> carry_out(Workplace& place) override;
  [[nodiscard]] base::Result<void> undo(Workplace& place) override;

 private:
  Command command_;
  std::optional<Command> undo_;
};

// Runs two programs of which the second reads what the first prints; both must end with 0. What the second prints is
// told, line by line.
class RunPipe final : public Step {
 public:
  RunPipe(Command from, Command to) : from_(std::move(from)), to_(std::move(to)) {}
  [[nodiscard]] std::string print() const override;
  [[nodiscard]] base::Result<void> carry_out(Workplace& place) override;

 private:
  Command from_;
  Command to_;
};

// Does nothing until things are undone, and runs then. Stands first of a change whose files a program has to read again
// once they are back.
class RunAtUndo final : public Step {
 public:
  explicit RunAtUndo(Command command) : command_(std::move(command)) {}
  [[nodiscard]] std::string print() const override;
  [[nodiscard]] base::Result<void> carry_out(Workplace& place) override;
  [[nodiscard]] base::Result<void> undo(Workplace& place) override;

 private:
  Command command_;
};

// Before the thing is made.
class Claim final : public Step {
 public:
  explicit Claim(LedgerEntry entry) : entry_(std::move(entry)) {}
  [[nodiscard]] std::string print() const override;
  [[nodiscard]] base::Result<void> carry_out(Workplace& place) override;
  [[nodiscard]] base::Result<void> undo(Workplace& place) override;

 private:
  LedgerEntry entry_;
  std::optional<LedgerEntry> before_;
  bool claimed_ = false;
};

// After the thing has gone.
class Release final : public Step {
 public:
  Release(std::string kind, std::string name) : kind_(std::move(kind)), name_(std::move(name)) {}
  [[nodiscard]] std::string print() const override;
  [[nodiscard]] base::Result<void> carry_out(Workplace& place) override;
  [[nodiscard]] base::Result<void> undo(Workplace& place) override;

 private:
  std::string kind_;
  std::string name_;
  std::optional<LedgerEntry> before_;
};

}  // namespace provisioner::step
