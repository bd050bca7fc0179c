// Succession: a key pair and the one that follows it, as the files of a rotation tell: NAME.pem holds the certificates
// that are trusted, that of NAME-key.pem first; NAME-next.pem and NAME-next-key.pem hold the successor until it is in
// use, and from then on NAME-old.pem says whom it has followed. What else somebody has put into NAME.pem stays there.
// It owns the successor's key, which is wiped with it. One thread.
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
  std::vector<crypto::Certificate> certificates;  // of NAME.pem, the one in use first
  std::optional<Successor> next;                  // at kAdded; also among the certificates
  std::optional<crypto::Certificate> old;         // at kSwitched; likewise
};

// An error, with the file and a remedy, where the files are not such as the stages leave them.
[[nodiscard]] base::Result<Succession> read_succession(const std::filesystem::path& folder, std::string_view name);

// Whether one goes on, by its files alone.
[[nodiscard]] bool is_under_way(const std::filesystem::path& folder, std::string_view name);

// The certificates of NAME.pem as text.
[[nodiscard]] base::Result<std::string> bundle_of(const Succession& succession);

// The three steps, as files to be changed together; each also makes `succession` what it will be then.
// kNone -> kAdded.
[[nodiscard]] base::Result<std::vector<NewFile>> add_successor(Succession& succession, Successor next);
// kAdded -> kSwitched.
[[nodiscard]] base::Result<std::vector<NewFile>> switch_to_successor(Succession& succession);
// kSwitched -> kNone, and kAdded -> kNone: of the two, only the one that is in use stays.
[[nodiscard]] base::Result<std::vector<NewFile>> drop_unused(Succession& succession);

// Tells such files among the others, in place of what was said of them before. `what`: "authority".
void note_files(const std::vector<NewFile>& files, std::string_view what, MadeFiles& made);

}  // namespace pki::output
