// keepstate-provisioner as a user meets it: exit codes, and what it prints where.
#include <fmt/format.h>
#include <gtest/gtest.h>

#include <fstream>
#include <sstream>
#include <string>
#include <vector>

#include "lib/base/subprocess.h"
#include "tests/support/temporary_folder.h"

namespace {

struct Outcome {
  int exit_code = -1;
  std::string out;
  std::string err;
};

// A folder of its own for every test, where the program runs.
class ProvisionerProgram : public ::testing::Test {
 protected:
  // The arguments have spaces between, and none inside.
  [[nodiscard]] Outcome run(const std::string& arguments) const {
    std::vector<std::string> argv{KEEPSTATE_BIN_DIR "/keepstate-provisioner"};
    std::istringstream words(arguments);
    for (std::string word; words >> word;) argv.push_back(word);
    auto done = base::run_captured(argv, {.working_folder = folder_.path()});
    if (!done) return {-1, {}, done.error().message};
    return {done->status.value, done->out, done->err};
  }

  void write(const std::string& name, const std::string& content) const {
    std::ofstream(folder_.path() / name) << content;
  }

 private:
  tests::support::TemporaryFolder folder_;
};

TEST_F(ProvisionerProgram, SumsUpAGoodFileAndWarns) {
  const std::string example = std::string(KEEPSTATE_SOURCE_DIR) + "/configs/cluster.yaml";
  const Outcome outcome = run("check -c " + example);
  EXPECT_EQ(outcome.exit_code, 0);
  EXPECT_EQ(outcome.out, example +
                             ": cluster 'hard-way' is sound: 3 control-plane machines, 3 workers, 1 listener, VIP "
                             "10.10.0.1\n");
  EXPECT_EQ(outcome.err, example +
                             ":7:11: warning: domain: 'something.local' belongs to multicast DNS (RFC 6762), so some "
                             "machines will not ask a DNS server for it; a name under home.arpa is safe (RFC 8375)\n");
}

TEST_F(ProvisionerProgram, CountsOneAsOne) {
  write("one.yaml",
        "apiVersion: keepstate/v1\nkind: Cluster\nspec:\n  machines:\n"
        "    - {name: c0, role: control-plane, address: 10.10.0.11}\n    - {name: w0, role: worker, address: "
        "10.10.0.21}\n");
  const Outcome outcome = run("check --config one.yaml");
  EXPECT_EQ(outcome.exit_code, 0);
  EXPECT_EQ(outcome.out, "one.yaml: cluster 'kubernetes' is sound: 1 control-plane machine, 1 worker\n");
  EXPECT_EQ(outcome.err, "");
}

TEST_F(ProvisionerProgram, TellsEverythingThatIsWrongAndExitsWithTwo) {
  write("bad.yaml", "apiVersion: keepstate/v1\nkind: Cluster\nspec:\n  domian: a\n  loadBalancer: {vip: x}\n");
  const Outcome outcome = run("check -c bad.yaml");
  EXPECT_EQ(outcome.exit_code, 2);
  EXPECT_EQ(outcome.out, "");
  EXPECT_EQ(outcome.err,
            "bad.yaml:4:3: unknown key 'domian' (did you mean 'domain'?)\n"
            "bad.yaml:5:23: vip: 'x' is not an IP address; write it as 10.10.0.1 or fd00::1\n");
}

TEST_F(ProvisionerProgram, NamesAFileThatItCannotRead) {
  const Outcome outcome = run("check -c nowhere.yaml");
  EXPECT_EQ(outcome.exit_code, 2);
  EXPECT_EQ(outcome.err, "cannot read nowhere.yaml: No such file or directory; give the path of a cluster.yaml\n");
}

TEST_F(ProvisionerProgram, ShowsVersionAndHelpWithExamples) {
  const Outcome version = run("--version");
  EXPECT_EQ(version.exit_code, 0);
  EXPECT_TRUE(version.out.starts_with("keepstate-provisioner ")) << version.out;
  const Outcome help = run("--help");
  EXPECT_EQ(help.exit_code, 0);
  EXPECT_NE(help.out.find("Examples:\n  keepstate-provisioner check -c cluster.yaml"), std::string::npos) << help.out;
  EXPECT_EQ(help.err, "");
  EXPECT_EQ(run("apply --help").exit_code, 0);
}

TEST_F(ProvisionerProgram, RendersTheExampleForBothSystems) {
  const std::string example = std::string(KEEPSTATE_SOURCE_DIR) + "/configs/cluster.yaml";
  for (const char* const system : {"linux", "freebsd"}) {
    const Outcome outcome = run(fmt::format("render -c {} --system {} {}", example, system, system));
    EXPECT_EQ(outcome.exit_code, 0) << outcome.err;
    EXPECT_EQ(run(fmt::format("render -c {} --system {} {}", example, system, system)).out, outcome.out);
  }
}

TEST_F(ProvisionerProgram, RefusesWrongUsageAndGuessesWhatWasMeant) {
  const std::pair<const char*, const char*> cases[] = {
      {"", "A subcommand is required"},
      {"check", "--config is required"},
      {"check -c", "--config: 1 required FILE missing"},
      {"chekc", "'chekc' is not known (did you mean 'check'?)"},
      {"check --confg x", "'--confg' is not known (did you mean '--config'?)"},
      {"--verzion", "'--verzion' is not known (did you mean '--version'?)"},
      {"check -c a b", "'b' is not known"},
  };
  for (const auto& [arguments, complaint] : cases) {
    const Outcome outcome = run(arguments);
    EXPECT_EQ(outcome.exit_code, 2) << arguments;
    EXPECT_EQ(outcome.out, "") << arguments;
    EXPECT_EQ(outcome.err, fmt::format("keepstate-provisioner: {}\nTry keepstate-provisioner --help.\n", complaint));
  }
}

}  // namespace
