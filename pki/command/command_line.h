// What the command line says, and what all commands share of it: each adds itself to the program (add_init and so on)
// and leaves what is to be done in Chosen. One thread.
#pragma once

#include <CLI/CLI.hpp>
#include <chrono>
#include <filesystem>
#include <functional>
#include <string>

#include "pki/command/surroundings.h"

namespace pki::command {

// The command that the user has chosen, with its options; empty until the command line has been read.
struct Chosen {
  std::function<base::ExitCode(const Surroundings&)> run;
};

struct FolderOptions {
  std::filesystem::path config;           // cluster.yaml
  std::filesystem::path folder;           // where the files lie
  std::filesystem::path passphrase_file;  // of the authority's key; "": none was given
};

// --config and --out, both required.
void add_folder_options(CLI::App& app, FolderOptions& options);
// --ca-passphrase-file.
void add_passphrase_option(CLI::App& app, FolderOptions& options);
// --within, for example 30d.
void add_within_option(CLI::App& app, std::chrono::hours& within, const std::string& meaning);

}  // namespace pki::command
