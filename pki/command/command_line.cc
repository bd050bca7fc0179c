#include "pki/command/command_line.h"

#include "lib/base/lifetime.h"

namespace pki::command {

void add_folder_options(CLI::App& app, FolderOptions& options) {
  app.add_option("-c,--config", options.config, "The cluster's description")->required()->type_name("FILE");
  app.add_option("-o,--out", options.folder, "Folder of the files")
      ->required()
      ->type_name("DIR")
      ->check([](const std::string& folder) { return folder.empty() ? "the folder's name is empty" : ""; });
}

void add_passphrase_option(CLI::App& app, FolderOptions& options) {
  app.add_option("--ca-passphrase-file", options.passphrase_file,
                 "Its first line is the passphrase of ca-key.pem; without it the terminal is asked where one is needed")
      ->type_name("FILE");
}

void add_within_option(CLI::App& app, std::chrono::hours& within, const std::string& meaning) {
  app.add_option_function<std::string>(
         "--within",
         [&within](const std::string& text) {
           const auto read = base::parse_lifetime(text);
           if (!read) throw CLI::ValidationError("--within", read.error().message);
           within = *read;
         },
         meaning)
      ->type_name("TIME")
      ->default_str(base::lifetime_text(within));
}

}  // namespace pki::command
