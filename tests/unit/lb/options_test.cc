#include "lb/options.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "lib/base/exit_code.h"

namespace lb {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

ParsedOptions parse(std::vector<const char*> words) {
  words.insert(words.begin(), "keepstate-lb");
  return parse_options(static_cast<int>(words.size()), words.data());
}

// The text of a command line that is wrong.
std::string complaint(std::vector<const char*> words) {
  const ParsedOptions parsed = parse(std::move(words));
  EXPECT_FALSE(parsed.options);
  EXPECT_EQ(parsed.exit_code, base::kExitUsage);
  return parsed.text;
}

TEST(Options, HelpShowsCommandsAndExamples) {
  const ParsedOptions parsed = parse({"--help"});
  EXPECT_FALSE(parsed.options);
  EXPECT_EQ(parsed.exit_code, base::kExitOk);
  for (const char* word :
       {"run", "check", "doctor", "ruleset", "Examples:", "profile: kube-apiserver", "Exit status:"}) {
    EXPECT_THAT(parsed.text, HasSubstr(word));
  }
}

TEST(Options, HelpOfACommandShowsItsOptions) {
  const ParsedOptions parsed = parse({"run", "--help"});
  EXPECT_EQ(parsed.exit_code, base::kExitOk);
  for (const char* word : {"--config", "--listen", "--backend", "--policy", "--workers", "--admin", "--socket"}) {
    EXPECT_THAT(parsed.text, HasSubstr(word));
  }
}

TEST(Options, VersionIsOneLine) {
  const ParsedOptions parsed = parse({"--version"});
  EXPECT_FALSE(parsed.options);
  EXPECT_EQ(parsed.exit_code, base::kExitOk);
  EXPECT_EQ(parsed.text, "keepstate-lb " KEEPSTATE_VERSION "\n");
}

TEST(Options, RunFromAFile) {
  const ParsedOptions parsed = parse({"run", "-c", "cluster.yaml"});
  ASSERT_TRUE(parsed.options) << parsed.text;
  EXPECT_EQ(parsed.options->command, Options::Command::kRun);
  EXPECT_EQ(parsed.options->file, "cluster.yaml");
  EXPECT_TRUE(parsed.options->listen.empty());
  EXPECT_FALSE(parsed.options->workers || parsed.options->admin || parsed.options->socket);
  EXPECT_EQ(parsed.options->log_level, base::Log::Level::kInfo);
}

TEST(Options, RunFromTheCommandLine) {
  const ParsedOptions parsed = parse({"run", "--listen", "0.0.0.0:6443", "--backend", "10.10.0.11:6443", "--backend",
                                      "10.10.0.12:6443,weight=2", "--policy", "weighted-random", "--workers", "auto",
                                      "--admin", "none", "--socket", "/tmp/lb.sock", "--log-level", "debug"});
  ASSERT_TRUE(parsed.options) << parsed.text;
  EXPECT_EQ(parsed.options->listen, "0.0.0.0:6443");
  EXPECT_THAT(parsed.options->backends, ElementsAre("10.10.0.11:6443", "10.10.0.12:6443,weight=2"));
  EXPECT_EQ(parsed.options->policy, "weighted-random");
  EXPECT_EQ(parsed.options->workers, "auto");
  EXPECT_EQ(parsed.options->admin, "none");
  EXPECT_EQ(parsed.options->socket, "/tmp/lb.sock");
  EXPECT_EQ(parsed.options->log_level, base::Log::Level::kDebug);
}

TEST(Options, CheckAndRulesetNeedAFile) {
  EXPECT_EQ(parse({"check", "-c", "f"}).options->command, Options::Command::kCheck);
  const ParsedOptions ruleset = parse({"ruleset", "--config", "f", "--format", "ipfw"});
  ASSERT_TRUE(ruleset.options) << ruleset.text;
  EXPECT_EQ(ruleset.options->command, Options::Command::kRuleset);
  EXPECT_EQ(ruleset.options->format, "ipfw");
  EXPECT_THAT(complaint({"check"}), HasSubstr("--config is required"));
  EXPECT_THAT(complaint({"ruleset"}), HasSubstr("--config is required"));
  const ParsedOptions doctor = parse({"doctor", "-c", "f", "--json", "--socket", "/run/s"});
  ASSERT_TRUE(doctor.options) << doctor.text;
  EXPECT_EQ(doctor.options->command, Options::Command::kDoctor);
  EXPECT_TRUE(doctor.options->json);
  EXPECT_EQ(doctor.options->socket, "/run/s");
  EXPECT_THAT(complaint({"doctor"}), HasSubstr("--config is required"));
}

TEST(Options, RunNeedsAFileOrAListener) {
  EXPECT_EQ(complaint({"run"}), "keepstate-lb run: give a cluster.yaml with -c FILE, or --listen and --backend\n");
}

TEST(Options, AFileAndAListenerExcludeEachOther) {
  EXPECT_THAT(complaint({"run", "-c", "f", "--listen", "0.0.0.0:1"}), HasSubstr("excludes"));
}

TEST(Options, BackendAndPolicyNeedAListener) {
  EXPECT_THAT(complaint({"run", "--backend", "10.0.0.1:1"}), HasSubstr("--backend requires --listen"));
  EXPECT_THAT(complaint({"run", "-c", "f", "--backend", "10.0.0.1:1"}), HasSubstr("--listen"));
  EXPECT_THAT(complaint({"run", "-c", "f", "--policy", "weighted-random"}), HasSubstr("--policy requires --listen"));
}

TEST(Options, ComplainsAboutWhatItDoesNotKnow) {
  EXPECT_THAT(complaint({}), HasSubstr("give a command: run, check, doctor, status, ..."));
  EXPECT_EQ(complaint({"serve"}), "keepstate-lb: unknown command 'serve'; see --help\n");
  EXPECT_EQ(complaint({"dran", "a"}), "keepstate-lb: unknown command 'dran' (did you mean 'drain'?); see --help\n");
  EXPECT_THAT(complaint({"run", "-c", "f", "--wokers", "2"}), HasSubstr("--wokers"));
  EXPECT_THAT(complaint({"run", "-c", "f", "stray"}), HasSubstr("stray"));
  EXPECT_THAT(complaint({"run", "-c"}), HasSubstr("--config"));
  EXPECT_FALSE(complaint({"run", "-c", "f", "-c", "g"}).empty());
  EXPECT_FALSE(complaint({"run", "-c", "f", "check", "-c", "g"}).empty());
  EXPECT_FALSE(complaint({"--workers", "2", "run", "-c", "f"}).empty());
}

TEST(Options, AnUnknownLogLevelNamesTheKnownOnes) {
  EXPECT_THAT(complaint({"run", "-c", "f", "--log-level", "loud"}),
              HasSubstr("unknown level 'loud'; known: debug, info, warn, error, off"));
}

}  // namespace
}  // namespace lb
