// Store: the folder that holds a PKI's files. It reads and judges what is there; what changes goes through
// transaction.h. It keeps no file open. Any thread.
//
// Errors name the file, the reason and a remedy, and never hold a byte of a key.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "lib/base/result.h"
#include "pki/output/contents.h"
#include "pki/output/file_operations.h"
#include "pki/plan/pki_spec.h"

namespace pki::output {

class Store {
 public:
  explicit Store(std::filesystem::path folder);

  [[nodiscard]] const std::filesystem::path& folder() const noexcept { return folder_; }

  // A folder that does not exist is an empty one. A file that cannot be read or understood is an error.
  [[nodiscard]] base::Result<Contents> read(const plan::PkiSpec& spec) const;

  // Things about the folder and its keys that let others in, a line each; nothing is changed.
  [[nodiscard]] std::vector<std::string> warnings(const plan::PkiSpec& spec) const;

  // Makes the folder, and those above it that are missing, with mode 0700; one that is there stays as it is.
  [[nodiscard]] base::Result<void> make_folder(FileOperations& operations) const;

 private:
  std::filesystem::path folder_;
};

}  // namespace pki::output
