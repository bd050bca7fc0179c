// The system's files, for tests. FailingFiles: the n-th change fails: once (a full disk), or with all that come after
// it (a machine that goes down). LinklessFiles: a file system without hard links. RecordedFiles: remembers what was
// done in which order. One thread.
#pragma once

#include <cerrno>
#include <climits>
#include <string>
#include <vector>

#include "pki/output/file_operations.h"

namespace pki::output {

enum class FailureKind { kOnce, kForEver };

class FailingFiles : public FileOperations {
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

class LinklessFiles final : public FailingFiles {
 public:
  LinklessFiles() : LinklessFiles(INT_MAX) {}
  explicit LinklessFiles(int fails_at) : FailingFiles(fails_at, FailureKind::kForEver) {}

  int link(const std::filesystem::path& /*from*/, const std::filesystem::path& /*to*/) override {
    errno = EPERM;
    return -1;
  }
};

class RecordedFiles final : public FailingFiles {
 public:
  RecordedFiles() : FailingFiles(INT_MAX, FailureKind::kOnce) {}

  // "link a.pem", "sync folder pki", "remove create-a.pem" ...
  std::vector<std::string> done;

  int sync_folder(const std::filesystem::path& path) override { return note("sync folder", path); }
  int make_folder(const std::filesystem::path& path, mode_t mode) override {
    note("make folder", path);
    return FailingFiles::make_folder(path, mode);
  }
  int link(const std::filesystem::path& from, const std::filesystem::path& to) override {
    note("link", to);
    return FailingFiles::link(from, to);
  }
  int rename(const std::filesystem::path& from, const std::filesystem::path& to) override {
    note("rename", to);
    return FailingFiles::rename(from, to);
  }
  int remove(const std::filesystem::path& path) override {
    note("remove", path);
    return FailingFiles::remove(path);
  }

 private:
  int note(const char* what, const std::filesystem::path& path) {
    done.push_back(std::string(what) + " " + path.filename().string());
    return 0;
  }
};

}  // namespace pki::output
