// Rotation: a key that others rely on is followed by another, in stages between which an operator rolls files out.
// Which stage a folder is in is told by its files alone. Pure; any thread.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "pki/plan/judge.h"
#include "pki/plan/pki_spec.h"
#include "pki/plan/problem.h"

namespace pki::plan {

enum class RotationKind { kCa, kServiceAccountKey, kEncryptionKey };

// The same three for all. Each is safe while some machines have its files and others still those of the stage before.
enum class RotationStage {
  kNone,      // one key
  kAdded,     // all trust the new one beside the old, which is still in use
  kSwitched,  // the new one is in use, and the old one still trusted
};

// "rotate-ca"
[[nodiscard]] std::string_view command_of(RotationKind kind) noexcept;

// What an operator is told of a stage.
struct StageReport {
  std::string title;               // "stage 1 of 3: ..."
  std::vector<std::string> files;  // what is to be rolled out now, as far as it is on machines
  std::vector<std::string> then;   // what to see to afterwards, a line each
  std::string next;                // what the next stage does; empty: nothing is under way
  std::string next_words{};        // by what it is asked for: "--continue 2"
};
[[nodiscard]] StageReport report_of(RotationKind kind, RotationStage stage, const PkiSpec& spec);
// After the last stage, whose end leaves no trace in the folder.
[[nodiscard]] StageReport report_of_end(RotationKind kind, const PkiSpec& spec);

// What forbids the next stage: `all` are today's assessments. What the stage itself mends is left out.
[[nodiscard]] Problems hindrances(RotationKind kind, RotationStage now, const std::vector<Assessment>& all);

// Why a file is there that only rotations know of; nothing: it is no such file. A path is taken by its last part.
[[nodiscard]] std::optional<std::string> explain_rotation_file(std::string_view file);

// Files of a rotation that is under way: the successor of "ca" is ca-next.pem with ca-next-key.pem.
[[nodiscard]] std::string next_certificate_file(std::string_view name);
[[nodiscard]] std::string next_key_file(std::string_view name);
// What the successor has followed, while it is still trusted: ca-old.pem.
[[nodiscard]] std::string old_certificate_file(std::string_view name);
// All of them.
[[nodiscard]] std::vector<std::string> rotation_files();

}  // namespace pki::plan
