// PkiFolder: a cluster.yaml and the folder that keepstate-pki makes of it, for tests that run the program as its users
// do. Owns a temporary folder. One thread.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "lib/base/subprocess.h"
#include "tests/support/programs.h"
#include "tests/support/temporary_folder.h"

namespace tests::support {

class PkiFolder {
 public:
  // `bin`: the folder of our programs. Throws when the file cannot be written.
  PkiFolder(std::filesystem::path bin, const std::string& cluster_yaml);

  // keepstate-pki COMMAND with the cluster's file and the folder, and further words. An exit code that is not 0 is the
  // caller's to judge; that the program did not run at all is an exit code of -1 with the reason in `err`.
  [[nodiscard]] base::Output run(const std::string& command, const std::vector<std::string>& words = {}) const;
  // The same, and `standard input` is a terminal's no more than ever; what it prints goes to a file of mode 0600.
  [[nodiscard]] base::Output run_into(const std::filesystem::path& file, const std::string& command,
                                      const std::vector<std::string>& words = {}) const;
  void describe(const std::string& cluster_yaml) const;

  [[nodiscard]] const std::filesystem::path& scratch() const noexcept { return scratch_.path(); }
  [[nodiscard]] const std::filesystem::path& config() const noexcept { return config_; }
  [[nodiscard]] const std::filesystem::path& path() const noexcept { return folder_; }
  [[nodiscard]] std::string at(const std::string& file) const { return (folder_ / file).string(); }
  [[nodiscard]] CertificateFiles files() const { return {folder_}; }

 private:
  [[nodiscard]] std::vector<std::string> argv_of(const std::string& command,
                                                 const std::vector<std::string>& words) const;

  TemporaryFolder scratch_;
  std::filesystem::path bin_;
  std::filesystem::path config_ = scratch_.path() / "cluster.yaml";
  std::filesystem::path folder_ = scratch_.path() / "pki";
};

// Any program; one that cannot be run is an exit code of -1 with the reason in `err`.
[[nodiscard]] base::Output run_program(const std::vector<std::string>& argv);

}  // namespace tests::support
