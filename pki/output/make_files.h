// Carrying out plan::Steps in memory: keys are made, certificates issued, kubeconfigs and the encryption configuration
// put together, so that nothing is written before everything has been made. One thread (generate_keys starts some
// more).
#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "lib/base/result.h"
#include "pki/crypto/generate_keys.h"
#include "pki/output/contents.h"
#include "pki/output/transaction.h"
#include "pki/plan/steps.h"

namespace pki::output {

struct MakeOptions {
  std::chrono::sys_seconds now{};
  unsigned threads = 1;                                      // for RSA keys
  crypto::KeyProgress progress{};                            // told of new keys; may be empty
  const crypto::SecretText* authority_passphrase = nullptr;  // for a new ca-key.pem; null: none
};

// What became of a file, for people.
struct FileNote {
  std::string file;
  plan::Action action = plan::Action::kKeep;
  std::string what;  // "API server, valid to 2027-11-23, 14 names and addresses"
};

struct MadeFiles {
  std::vector<NewFile> files;   // what change_files() shall write
  std::vector<FileNote> notes;  // one for every file that is there or made
};

// What is new is also put into `contents`. The authority's key must be among the keys where something is to be signed
// (unlock_authority).
[[nodiscard]] base::Result<MadeFiles> make_files(const plan::Steps& steps, Contents& contents,
                                                 const MakeOptions& options);

}  // namespace pki::output
