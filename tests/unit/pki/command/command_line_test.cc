#include "pki/command/command_line.h"

#include <gtest/gtest.h>

namespace pki::command {
namespace {

TEST(CommandLine, ReadsFolderPassphraseAndTime) {
  CLI::App app;
  FolderOptions options;
  std::chrono::hours within{24};
  add_folder_options(app, options);
  add_passphrase_option(app, options);
  add_within_option(app, within, "so soon");
  app.parse("-c c.yaml --out pki --ca-passphrase-file p --within 2d");
  EXPECT_EQ(options.config, "c.yaml");
  EXPECT_EQ(options.folder, "pki");
  EXPECT_EQ(options.passphrase_file, "p");
  EXPECT_EQ(within, std::chrono::hours(48));
}

TEST(CommandLine, WantsConfigAndFolder) {
  CLI::App app;
  FolderOptions options;
  add_folder_options(app, options);
  EXPECT_THROW(app.parse("--out pki"), CLI::RequiredError);
  EXPECT_THROW(app.parse("-c c.yaml"), CLI::RequiredError);
  EXPECT_THROW(app.parse(std::vector<std::string>{"", "--out", "c.yaml", "-c"}), CLI::ParseError);
}

}  // namespace
}  // namespace pki::command
