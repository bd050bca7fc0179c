// A transaction: some files of a PKI's folder change together, or none does. One thread; the caller holds the folder's
// lock (base::FolderLock).
//
// The new files are written whole into the folder `.pending`, with their modes, and synced. Renaming it to `.committed`
// is the one moment at which the change happens: who crashes before has changed nothing, who crashes after has left
// what finish_transaction() carries out. A file is then renamed into its place; one that must not replace another is
// linked, one that goes has an empty file that stands for it. What was staged goes only once the places are on the
// disk.
//
// A symbolic link in the place of a file is never replaced or removed: whoever put it there keeps the file elsewhere.
#pragma once

#include <sys/types.h>

#include <filesystem>
#include <string>
#include <vector>

#include "lib/base/result.h"
#include "pki/crypto/secret_text.h"
#include "pki/output/file_operations.h"

namespace pki::output {

inline constexpr mode_t kKeyMode = 0600;  // of all that holds a key: kubeconfigs and the encryption configuration too
inline constexpr mode_t kCertificateMode = 0644;
inline constexpr mode_t kFolderMode = 0700;

enum class Placing {
  kCreate,  // a file that is there is an error and stays as it is
  kReplace,
  kRemove,  // the file goes; its content does not matter, and it may be missing
};

struct NewFile {
  std::string name;  // in the folder; no path
  crypto::SecretText content;
  mode_t mode = kKeyMode;  // exactly this, whatever the umask
  Placing placing = Placing::kCreate;
};

// All files or none, and on the disk when it returns. Where a file that is to be created is there, or one that is to be
// replaced is a symbolic link, nothing is changed.
[[nodiscard]] base::Result<void> change_files(FileOperations& operations, const std::filesystem::path& folder,
                                              const std::vector<NewFile>& files);

// Carries out what an interrupted change_files() had committed, and throws away what it had not. Touches nothing where
// there is neither.
[[nodiscard]] base::Result<void> finish_transaction(FileOperations& operations, const std::filesystem::path& folder);

// Whether a run was interrupted that finish_transaction() has still to carry out.
[[nodiscard]] bool has_committed_transaction(const std::filesystem::path& folder);

}  // namespace pki::output
