// The passphrase that a new ca-key.pem is put under. One thread.
#pragma once

#include <filesystem>
#include <optional>

#include "pki/command/surroundings.h"
#include "pki/plan/steps.h"

namespace pki::command {

// Nothing where no such key is made, or none was wanted (neither a file nor `ask`). Asked on the terminal, it is typed
// twice. Too short a one is an error.
[[nodiscard]] base::Result<std::optional<crypto::SecretText>> new_passphrase(const plan::Steps& steps,
                                                                             const std::filesystem::path& file,
                                                                             bool ask,
                                                                             const Surroundings& surroundings);

}  // namespace pki::command
