// FailingFiles: the system's files, of which the n-th change fails: once (a full disk), or with all that come after it
// (a machine that goes down). For tests; one thread.
#pragma once

#include <cerrno>

#include "pki/output/file_operations.h"

namespace pki::output {

enum class FailureKind { kOnce, kForEver };

class FailingFiles final : public FileOperations {
 public:
  FailingFiles(int fails_at, FailureKind kind) : fails_at_(fails_at), kind_(kind) {}

  [[nodiscard]] bool has_failed() const noexcept { return calls_ >= fails_at_; }

  base::UniqueFd create(const std::filesystem::path& path) override {
    return fails() ? base::UniqueFd() : real_.create(path);
  }
  // Half of the bytes first, so that a file is cut where the next call fails.
  ssize_t write(int fd, std::string_view bytes) override {
    return fails() ? -1 : real_.write(fd, bytes.substr(0, bytes.size() / 2 + 64));
  }
  int set_mode(int fd, mode_t mode) override { return fails() ? -1 : real_.set_mode(fd, mode); }
  int set_folder_mode(const std::filesystem::path& path, mode_t mode) override {
    return fails() ? -1 : real_.set_folder_mode(path, mode);
  }
  int sync(int /*fd*/) override { return fails() ? -1 : 0; }  // a test needs no disk
  int sync_folder(const std::filesystem::path& /*path*/) override { return fails() ? -1 : 0; }
  int make_folder(const std::filesystem::path& path, mode_t mode) override {
    return fails() ? -1 : real_.make_folder(path, mode);
  }
  int rename(const std::filesystem::path& from, const std::filesystem::path& to) override {
    return fails() ? -1 : real_.rename(from, to);
  }
  int link(const std::filesystem::path& from, const std::filesystem::path& to) override {
    return fails() ? -1 : real_.link(from, to);
  }
  int remove(const std::filesystem::path& path) override { return fails() ? -1 : real_.remove(path); }
  int remove_folder(const std::filesystem::path& path) override { return fails() ? -1 : real_.remove_folder(path); }

 private:
  bool fails() {
    ++calls_;
    const bool failed = calls_ == fails_at_ || (kind_ == FailureKind::kForEver && calls_ > fails_at_);
    if (failed) errno = ENOSPC;
    return failed;
  }

  SystemFiles real_;
  int fails_at_;
  FailureKind kind_;
  int calls_ = 0;
};

}  // namespace pki::output
