// Where a command leaves what it was asked for and what holds keys: standard output or a file. One thread.
#pragma once

#include <CLI/CLI.hpp>
#include <filesystem>
#include <string_view>

#include "pki/command/surroundings.h"
#include "pki/crypto/secret_text.h"

namespace pki::command {

struct SecretOutput {
  std::filesystem::path file;  // "": standard output
  bool replace = false;        // a file that is there
};

// --to FILE and --replace.
void add_secret_output(CLI::App& app, SecretOutput& output);

// An error, told with its remedy, where `output` is a terminal or a file that is there; `command` is for the remedy.
// Asked before anything is made, so that no passphrase is typed in vain.
[[nodiscard]] base::ExitCode check_output(const SecretOutput& output, std::string_view command,
                                          const Surroundings& surroundings);
// A file has mode 0600, and is there whole or not at all.
[[nodiscard]] base::ExitCode give(const crypto::SecretText& secret, const SecretOutput& output,
                                  const Surroundings& surroundings);

}  // namespace pki::command
