// Surroundings: what a command gets from outside: the time, where to tell things, the system's files, and somebody to
// ask. References live as long as the program. One thread.
#pragma once

#include <chrono>
#include <iosfwd>

#include "lib/base/exit_code.h"
#include "pki/output/file_operations.h"
#include "pki/output/passphrase.h"

namespace pki::command {

struct Streams {
  std::ostream& out;  // what was asked for
  std::ostream& err;  // what went wrong, warnings, progress
};

struct Surroundings {
  std::chrono::sys_seconds now{};
  Streams streams;
  output::FileOperations& files;
  unsigned threads = 1;                               // for RSA keys
  output::PassphrasePrompt prompt{};                  // empty: nobody can be asked
  bool out_is_terminal = false;                       // where no key may appear
  std::chrono::milliseconds server_patience{10'000};  // of rotate-ca, with each server that it asks
};

}  // namespace pki::command
