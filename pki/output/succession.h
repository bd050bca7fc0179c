// Succession: a key pair and the one that follows it, as the files of a rotation tell: NAME.pem holds the certificates
// that are trusted, that of NAME-key.pem first; NAME-next.pem and NAME-next-key.pem hold the successor until it is in
// use. It owns the successor's key, which is wiped with it. One thread.
#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "lib/base/result.h"
#include "pki/crypto/certificate.h"
#include "pki/crypto/secret_text.h"
#include "pki/output/make_files.h"
#include "pki/output/transaction.h"
#include "pki/plan/rotation.h"

namespace pki::output {

struct Successor {
  crypto::Certificate certificate;
  crypto::SecretText key;  // PEM, as it is in its file: an authority's may be under a passphrase
};

struct Succession {
  std::string name;  // "ca"
  plan::RotationStage stage = plan::RotationStage::kNone;
  std::vector<crypto::Certificate> certificates;  // of NAME.pem: one, or two
  std::optional<Successor> next;                  // at kAdded
};

// An error, with the file and a remedy, where the files are not such as the stages leave them.
[[nodiscard]] base::Result<Succession> read_succession(const std::filesystem::path& folder, std::string_view name);

// The certificates of NAME.pem as text, the first `count` of them.
[[nodiscard]] base::Result<std::string> bundle_of(const Succession& succession, std::size_t count);

// The three steps, as files to be changed together; each also makes `succession` what it will be then.
// kNone -> kAdded.
[[nodiscard]] base::Result<std::vector<NewFile>> add_successor(Succession& succession, Successor next);
// kAdded -> kSwitched.
[[nodiscard]] base::Result<std::vector<NewFile>> switch_to_successor(Succession& succession);
// kSwitched -> kNone, and kAdded -> kNone: only the one that is in use stays.
[[nodiscard]] base::Result<std::vector<NewFile>> keep_only_first(Succession& succession);

// Tells such files among the others, in place of what was said of them before. `what`: "authority".
void note_files(const std::vector<NewFile>& files, std::string_view what, MadeFiles& made);

}  // namespace pki::output
