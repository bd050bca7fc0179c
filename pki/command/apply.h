// Carrying out plan::Steps on the disk and telling what became of each file. One thread.
#pragma once

#include <optional>

#include "pki/command/opened_pki.h"
#include "pki/output/make_files.h"
#include "pki/plan/steps.h"

namespace pki::command {

enum class Telling { kAllFiles, kChangedFiles };

// Makes all in memory, writes all or nothing, tells each file and what is to be restarted. `new_passphrase`: for a new
// ca-key.pem; null: none. The PKI must have been opened for changes.
[[nodiscard]] base::ExitCode apply(const plan::Steps& steps, OpenedPki& pki, const FolderOptions& options,
                                   const crypto::SecretText* new_passphrase, Telling telling,
                                   const Surroundings& surroundings);

// The second half of it: writes what was made, all or nothing, and tells it.
[[nodiscard]] base::ExitCode write_and_tell(const output::MadeFiles& made, const OpenedPki& pki, Telling telling,
                                            const Surroundings& surroundings);

}  // namespace pki::command
