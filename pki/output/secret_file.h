// Files that hold secrets, read into memory that is wiped. Any thread.
#pragma once

#include <filesystem>

#include "lib/base/result.h"
#include "pki/crypto/secret_text.h"

namespace pki::output {

// At most 64 KiB (an RSA key of 16384 bits takes 13). base::read_file would leave copies in buffers that nobody wipes.
[[nodiscard]] base::Result<crypto::SecretText> read_secret_file(const std::filesystem::path& path);

}  // namespace pki::output
