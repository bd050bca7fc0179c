// Where a passphrase comes from: a file, or the terminal. Both end in memory that is wiped. One thread.
#pragma once

#include <filesystem>
#include <functional>
#include <string_view>

#include "lib/base/result.h"
#include "pki/crypto/secret_text.h"

namespace pki::output {

// The first line of the file. An empty one is an error.
[[nodiscard]] base::Result<crypto::SecretText> read_passphrase_file(const std::filesystem::path& path);

// What asks the user; `question` ends with a colon. A command that has no such thing cannot ask.
using PassphrasePrompt = std::function<base::Result<crypto::SecretText>(std::string_view question)>;

// Asks on a terminal (/dev/tty) without showing what is typed. An error where there is no terminal or nothing is typed.
// A signal that ends or stops the program (^C, ^Z, a closed window) does so once the terminal is as it was before.
[[nodiscard]] base::Result<crypto::SecretText> ask_on_terminal(const std::filesystem::path& terminal,
                                                               std::string_view question);

// For a new key: at least this many characters.
inline constexpr std::size_t kShortestPassphrase = 8;
[[nodiscard]] base::Result<void> check_new_passphrase(std::string_view passphrase);

}  // namespace pki::output
