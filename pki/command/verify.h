// `verify --server HOST:PORT`: what a live server really shows, against what the folder says that it should. Changes
// nothing. One thread.
#pragma once

#include <chrono>
#include <string>

#include "pki/command/command_line.h"

namespace pki::command {

struct VerifyOptions {
  FolderOptions folder;
  std::string server;  // "10.10.0.1:6443"
  std::string name;    // by which clients reach it; "": the host of `server`
  std::chrono::hours within{30 * 24};
  std::chrono::seconds patience{10};
};

// kExitFailed where the server cannot be asked, or something about it is not as it should be.
[[nodiscard]] base::ExitCode verify(const VerifyOptions& options, const Surroundings& surroundings);
void add_verify(CLI::App& app, Chosen& chosen);

}  // namespace pki::command
