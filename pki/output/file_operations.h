// FileOperations: the system calls by which a PKI's files change, so that a test can let each of them fail. Failures
// are told by errno, as the system does. Any thread.
#pragma once

#include <sys/types.h>

#include <filesystem>
#include <string_view>

#include "lib/base/unique_fd.h"

namespace pki::output {

class FileOperations {
 public:
  virtual ~FileOperations() = default;

  // A new file of mode 0600 for writing; one that is there is an error.
  [[nodiscard]] virtual base::UniqueFd create(const std::filesystem::path& path) = 0;
  // How many bytes; -1: none.
  [[nodiscard]] virtual ssize_t write(int fd, std::string_view bytes) = 0;
  // All of these: 0, or -1.
  [[nodiscard]] virtual int set_mode(int fd, mode_t mode) = 0;
  [[nodiscard]] virtual int set_folder_mode(const std::filesystem::path& path, mode_t mode) = 0;
  [[nodiscard]] virtual int sync(int fd) = 0;
  [[nodiscard]] virtual int sync_folder(const std::filesystem::path& path) = 0;
  [[nodiscard]] virtual int make_folder(const std::filesystem::path& path, mode_t mode) = 0;
  // Replaces `to`.
  [[nodiscard]] virtual int rename(const std::filesystem::path& from, const std::filesystem::path& to) = 0;
  // Another name for the same file; a `to` that is there is an error.
  [[nodiscard]] virtual int link(const std::filesystem::path& from, const std::filesystem::path& to) = 0;
  [[nodiscard]] virtual int remove(const std::filesystem::path& path) = 0;
  [[nodiscard]] virtual int remove_folder(const std::filesystem::path& path) = 0;
};

// The system's own.
class SystemFiles final : public FileOperations {
 public:
  [[nodiscard]] base::UniqueFd create(const std::filesystem::path& path) override;
  [[nodiscard]] ssize_t write(int fd, std::string_view bytes) override;
  [[nodiscard]] int set_mode(int fd, mode_t mode) override;
  [[nodiscard]] int set_folder_mode(const std::filesystem::path& path, mode_t mode) override;
  [[nodiscard]] int sync(int fd) override;
  [[nodiscard]] int sync_folder(const std::filesystem::path& path) override;
  [[nodiscard]] int make_folder(const std::filesystem::path& path, mode_t mode) override;
  [[nodiscard]] int rename(const std::filesystem::path& from, const std::filesystem::path& to) override;
  [[nodiscard]] int link(const std::filesystem::path& from, const std::filesystem::path& to) override;
  [[nodiscard]] int remove(const std::filesystem::path& path) override;
  [[nodiscard]] int remove_folder(const std::filesystem::path& path) override;
};

}  // namespace pki::output
