// `rotate-ca`, `rotate-service-account-key` and `rotate-encryption-key`: each changes a key in stages, one a call, and
// each stage is one transaction, so a run that is interrupted leaves the stage before or the stage behind it. One
// thread.
#pragma once

#include <string>
#include <vector>

#include "pki/command/command_line.h"
#include "pki/plan/rotation.h"

namespace pki::command {

enum class RotateAction {
  kBegin,     // the first stage; while one is under way, only tells it
  kContinue,  // the operator says that the stage before has been rolled out: on to `stage`
  kStatus,
  kAbort,  // back to before the first stage, from the first alone
};

struct RotateOptions {
  plan::RotationKind kind = plan::RotationKind::kCa;
  FolderOptions folder;
  RotateAction action = RotateAction::kBegin;
  unsigned stage = 0;                // of kContinue: 2 or 3; one that is reached already is only told
  bool is_encrypted_anew = false;    // the operator's word, without which no encryption key is taken away
  std::vector<std::string> servers;  // "HOST:PORT", asked before the next stage begins
};

[[nodiscard]] base::ExitCode rotate(const RotateOptions& options, const Surroundings& surroundings);
// All three.
void add_rotations(CLI::App& app, Chosen& chosen);

}  // namespace pki::command
