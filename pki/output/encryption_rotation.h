// The stages of rotate-encryption-key, on an encryption configuration in memory: the newer key is the one with the
// higher number in its name. Pure but for the randomness of the new key; any thread.
#pragma once

#include "lib/base/result.h"
#include "pki/output/encryption_config.h"
#include "pki/plan/rotation.h"

namespace pki::output {

// An error when the keys are not such as the stages leave them: someone has changed them by hand.
[[nodiscard]] base::Result<plan::RotationStage> stage_of(const EncryptionConfig& config);

// kNone -> kAdded: a new key behind the one that is there, so that every server can read it before the first one writes
// with it.
[[nodiscard]] base::Result<void> add_encryption_key(EncryptionConfig& config, EncryptionProvider provider);
// kAdded -> kSwitched: the new key first.
void switch_encryption_keys(EncryptionConfig& config);
// kSwitched -> kNone, and kAdded -> kNone for those who think better of it: the last key goes.
void drop_last_encryption_key(EncryptionConfig& config);

}  // namespace pki::output
