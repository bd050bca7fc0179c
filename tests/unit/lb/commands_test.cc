#include "lb/commands.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fstream>

#include "lb/net/listen_socket.h"
#include "lib/base/exit_code.h"
#include "lib/base/file_system.h"
#include "tests/support/temporary_folder.h"

namespace lb {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::StartsWith;

constexpr const char* kExample = KEEPSTATE_SOURCE_DIR "/configs/cluster.yaml";

struct Outcome {
  int code = -1;
  std::string out;
  std::string err;
};

Outcome outcome_of(const Options& options) {
  testing::internal::CaptureStdout();
  testing::internal::CaptureStderr();
  const int code = run_command(options);
  return {code, testing::internal::GetCapturedStdout(), testing::internal::GetCapturedStderr()};
}

// Everything that a run from the command line needs; nobody listens on the backend's port.
Options runnable() {
  Options options;
  options.command = Options::Command::kRun;
  options.listen = "127.0.0.1:0";
  options.backends = {"127.0.0.1:1"};
  options.workers = "1";
  options.socket = "none";
  return options;
}

class CommandsTest : public ::testing::Test {
 protected:
  std::string file(const std::string& content) {
    const auto path = folder_.path() / "cluster.yaml";
    std::ofstream(path) << content;
    return path.string();
  }
  static Options check(const std::string& path) {
    Options options;
    options.command = Options::Command::kCheck;
    options.file = path;
    return options;
  }
  // What a wrong command line is told; nothing may have been started.
  static std::string complaint(const Options& options) {
    const Outcome outcome = outcome_of(options);
    EXPECT_EQ(outcome.code, base::kExitUsage);
    EXPECT_EQ(outcome.out, "");
    return outcome.err;
  }

  tests::support::TemporaryFolder folder_;
};

TEST_F(CommandsTest, CheckCountsWhatIsInACorrectFile) {
  const Outcome outcome = outcome_of(check(kExample));
  EXPECT_EQ(outcome.code, base::kExitOk);
  EXPECT_EQ(outcome.out, std::string(kExample) + ": correct: 1 listener, 3 backends\n");
}

TEST_F(CommandsTest, CheckTellsOfAFileThatHealthChecksCannotRead) {
  std::ifstream example(kExample);
  std::string text(std::istreambuf_iterator<char>(example), {});
  const std::string type = "healthCheck: {type: tcp";
  text.replace(text.find(type), type.size(), "healthCheck: {type: https, caFile: /nowhere/ca.pem");
  const std::string path = file(text);
  EXPECT_THAT(
      complaint(check(path)),
      HasSubstr(path + ": listener 'kube-apiserver': healthCheck.caFile: cannot use /nowhere/ca.pem: No such file or "
                       "directory; name a PEM file of CA certificates that this user may read\n"));
}

TEST_F(CommandsTest, CheckTellsOfATokenThatCannotBe) {
  const std::string token = (folder_.path() / "token").string();
  std::ifstream example(kExample);
  std::string text(std::istreambuf_iterator<char>(example), {});
  const std::string admin = "admin: {address: 127.0.0.1:9440";
  text.replace(text.find(admin), admin.size(), admin + ", tokenFile: " + token);
  const std::string path = file(text);
  EXPECT_THAT(complaint(check(path)), HasSubstr(path + ": admin.tokenFile: cannot read " + token + ": No such file"));
  ASSERT_TRUE(base::write_file(token, "0123456789abcdef\n", 0644));
  const Outcome outcome = outcome_of(check(path));
  EXPECT_EQ(outcome.code, base::kExitOk);
  EXPECT_THAT(outcome.err,
              HasSubstr(path + ": warning: admin.tokenFile: " + token + " may be read or changed by other users"));
}

TEST_F(CommandsTest, DoctorExaminesOnlyWhatCouldRun) {
  Options options = check(file("apiVersion: keepstate/v1\nkind: Cluster\nmetadata: {name: x}\nspec: {}\n"));
  options.command = Options::Command::kDoctor;
  EXPECT_THAT(complaint(options), HasSubstr("spec.loadBalancer is missing"));
  options.file = file("kind: Closter\n");
  EXPECT_THAT(complaint(options), HasSubstr(options.file + ":1:"));
}

TEST_F(CommandsTest, AskingADaemonThatIsNotThereFails) {
  Options options;
  options.command = Options::Command::kClient;
  options.client.socket = (folder_.path() / "lb.sock").string();
  const Outcome outcome = outcome_of(options);
  EXPECT_EQ(outcome.code, base::kExitFailed);
  EXPECT_EQ(outcome.out, "");
  EXPECT_THAT(outcome.err, HasSubstr("cannot reach keepstate-lb at " + *options.client.socket));
}

TEST_F(CommandsTest, RulesetSaysWhatRulesCannotDo) {
  std::ifstream example(kExample);
  std::string text(std::istreambuf_iterator<char>(example), {});
  const std::string policy = "policy: weighted-random";
  text.replace(text.find(policy), policy.size(), "policy: maglev");
  Options options;
  options.command = Options::Command::kRuleset;
  options.file = file(text);
  options.format = "ipfw";
  const Outcome outcome = outcome_of(options);
  EXPECT_EQ(outcome.code, base::kExitOk);
  EXPECT_THAT(outcome.out, HasSubstr(" prob "));
  EXPECT_THAT(
      outcome.err,
      HasSubstr("keepstate-lb: listener 'kube-apiserver': rules know no maglev; they spread at random by weight\n"));
}

TEST_F(CommandsTest, CheckTellsEveryMistakeWithItsPlace) {
  const std::string path = file("apiVersion: keepstate/v2\nkind: Closter\n");
  EXPECT_THAT(complaint(check(path)), AllOf(HasSubstr(path + ":1:"), HasSubstr(path + ":2:")));
}

TEST_F(CommandsTest, AFileThatIsMissingIsNamed) {
  const std::string path = (folder_.path() / "none.yaml").string();
  EXPECT_THAT(complaint(check(path)), AllOf(HasSubstr(path), HasSubstr("No such file")));
  Options run = runnable();
  run.file = path;
  EXPECT_THAT(complaint(run), HasSubstr(path));
}

TEST_F(CommandsTest, AFileWithoutListenersIsNotForLb) {
  const std::string path = file("apiVersion: keepstate/v1\nkind: Cluster\nmetadata: {name: x}\nspec: {}\n");
  EXPECT_EQ(complaint(check(path)),
            path + ": spec.loadBalancer is missing: lb needs to know its listeners; see configs/cluster.yaml\n");
}

TEST_F(CommandsTest, RunTellsWhatIsWrongWithItsListener) {
  Options options = runnable();
  options.backends.clear();
  EXPECT_EQ(complaint(options), "keepstate-lb: --listen needs at least one --backend ADDRESS:PORT[,weight=N]\n");
  options = runnable();
  options.policy = "best";
  EXPECT_EQ(complaint(options),
            "keepstate-lb: --policy: unknown policy 'best'; known: weighted-random, round-robin, least-connections, "
            "maglev\n");
}

TEST_F(CommandsTest, RunTellsAWrongNumberOfWorkers) {
  for (const char* workers : {"0", "-1", "257", "two", "", "1x", "4294967297"}) {
    Options options = runnable();
    options.workers = workers;
    EXPECT_EQ(complaint(options),
              std::string("keepstate-lb: --workers ") + workers + ": write a number from 1 to 256, or auto\n");
  }
}

TEST_F(CommandsTest, RunTellsAWrongAdminAddress) {
  Options options = runnable();
  options.admin = "9440";
  EXPECT_THAT(complaint(options), StartsWith("keepstate-lb: --admin 9440: '9440' has no port; write "));
}

TEST_F(CommandsTest, RunFailsWhenItsAddressIsTaken) {
  const auto taken = net::open_listen_sockets(*base::SocketAddress::parse("127.0.0.1:0"), 1);
  ASSERT_TRUE(taken);
  const std::string address = net::local_address(taken->front().get()).to_string();
  Options options = runnable();
  options.listen = address;
  Outcome outcome = outcome_of(options);
  EXPECT_EQ(outcome.code, base::kExitFailed);
  EXPECT_THAT(outcome.err, HasSubstr(" error cannot listen on " + address + ": Address already in use; "));

  options = runnable();
  options.admin = address;
  outcome = outcome_of(options);
  EXPECT_EQ(outcome.code, base::kExitFailed);
  EXPECT_THAT(outcome.err, HasSubstr("cannot listen on " + address));
}

TEST_F(CommandsTest, RunFailsWhenItsControlSocketCannotBe) {
  Options options = runnable();
  options.socket = file("precious");
  const Outcome outcome = outcome_of(options);
  EXPECT_EQ(outcome.code, base::kExitFailed);
  EXPECT_THAT(outcome.err, HasSubstr("cannot listen on " + *options.socket + ": File exists"));
  std::string content;
  std::ifstream(*options.socket) >> content;
  EXPECT_EQ(content, "precious");
}

}  // namespace
}  // namespace lb
