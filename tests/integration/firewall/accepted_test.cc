// Every golden file that the system's own tool can read is held against it, in a network of the test's own.
#include <gtest/gtest.h>

#include <filesystem>
#include <string>
#include <vector>

#include "lib/base/subprocess.h"
#include "lib/firewall/dialect.h"
#include "tests/support/network_namespace.h"

namespace firewall {
namespace {

using tests::support::in_own_network;
using tests::support::kNeedsOwnNetwork;
using tests::support::may_have_own_network;

std::vector<std::string> golden_files(const std::string& beginning) {
  std::vector<std::string> files;
  for (const auto& entry :
       std::filesystem::directory_iterator(KEEPSTATE_SOURCE_DIR "/tests/unit/lib/firewall/golden")) {
    if (entry.path().filename().string().starts_with(beginning)) files.push_back(entry.path());
  }
  return files;
}

void expect_success(const std::vector<Command>& commands) {
  for (const Command& command : commands) {
    const auto done = base::run_captured(command.argv);
    ASSERT_TRUE(done) << done.error().message;
    const bool may_fail = command.on_failure == OnFailure::kGoOn;
    EXPECT_TRUE(done->status.ok() || may_fail) << to_text({command}) << done->err;
  }
}

// Checked, loaded over nothing, loaded over itself, removed, and removed once more.
void expect_accepted(const std::string& name) {
  if (!may_have_own_network()) GTEST_SKIP() << kNeedsOwnNetwork;
  const Dialect dialect = find_dialect(name).value();
  const auto files = golden_files(name + "_");
  ASSERT_FALSE(files.empty());
  for (const std::string& file : files) {
    SCOPED_TRACE(file);
    const bool is_nat = file.find("masquerade") != std::string::npos;
    const Ruleset ruleset{.name = is_nat ? "keepstate_nat" : "keepstate"};
    in_own_network([&] {
      expect_success(dialect.check_argv(ruleset, file));
      expect_success(dialect.apply_argv(ruleset, file));
      expect_success(dialect.apply_argv(ruleset, file));
      expect_success(dialect.remove_argv(ruleset));
      expect_success(dialect.remove_argv(ruleset));
    });
  }
}

// What every rule of the namespace is told as.
std::string left_behind(const std::vector<std::string>& argv) {
  const auto done = base::run_captured(argv);
  return done ? done->out : done.error().message;
}

TEST(Accepted, ByNft) {
  expect_accepted("nftables");
}

TEST(Accepted, ByIptablesRestore) {
  expect_accepted("iptables");
}

TEST(Accepted, RemovesNothingOfOthers) {
  if (!may_have_own_network()) GTEST_SKIP() << kNeedsOwnNetwork;
  in_own_network([] {
    const std::vector<std::vector<std::string>> others{{"nft", "add table inet keepstate_other"},
                                                       {"iptables", "-A", "FORWARD", "-j", "ACCEPT"}};
    for (const auto& argv : others) ASSERT_TRUE(base::run_captured(argv)->status.ok());
    for (const auto& [name, file] :
         std::vector<std::pair<std::string, std::string>>{{"nftables", golden_files("nftables_masquerade").at(0)},
                                                          {"iptables", golden_files("iptables_masq").at(0)}}) {
      const Dialect dialect = find_dialect(name).value();
      const Ruleset ruleset{.name = "keepstate_nat"};
      expect_success(dialect.apply_argv(ruleset, file));
      EXPECT_NE(left_behind({"nft", "list", "ruleset"}).find("keepstate_nat"), std::string::npos);
      expect_success(dialect.remove_argv(ruleset));
      EXPECT_EQ(left_behind({"nft", "list", "ruleset"}).find("keepstate_nat"), std::string::npos);
    }
    EXPECT_NE(left_behind({"nft", "list", "tables"}).find("inet keepstate_other"), std::string::npos);
    EXPECT_NE(left_behind({"iptables", "-S", "FORWARD"}).find("-A FORWARD -j ACCEPT"), std::string::npos);
  });
}

}  // namespace
}  // namespace firewall
