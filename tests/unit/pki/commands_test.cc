#include "pki/commands.h"

#include <fstream>

#include "tests/unit/pki/command/command_fixture.h"

namespace pki {
namespace {

using testing::AllOf;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::StartsWith;

class CommandsTest : public command::CommandFixture {
 protected:
  base::ExitCode run_bare(const std::vector<std::string>& words) {
    out_.str("");
    err_.str("");
    return pki::run(words, surroundings());
  }
};

TEST_F(CommandsTest, TellsItsVersionAndItsCommands) {
  EXPECT_EQ(run_bare({"--version"}), base::kExitOk);
  EXPECT_THAT(out_.str(), StartsWith("keepstate-pki "));
  EXPECT_EQ(run_bare({"--help"}), base::kExitOk);
  for (const char* command : {"init", "plan", "issue", "renew", "check", "inspect", "explain"}) {
    EXPECT_THAT(out_.str(), HasSubstr(command));
    EXPECT_EQ(run_bare({command, "--help"}), base::kExitOk);
    EXPECT_THAT(out_.str(), HasSubstr(std::string("keepstate-pki ") + command)) << "an example";
    EXPECT_THAT(err_.str(), IsEmpty());
    run_bare({"--help"});
  }
}

TEST_F(CommandsTest, AWrongCommandLineIsExitCode2) {
  EXPECT_EQ(run_bare({}), base::kExitUsage);
  EXPECT_EQ(run_bare({"init", "--out", "x"}), base::kExitUsage);
  EXPECT_THAT(err_.str(), HasSubstr("--config is required"));
  EXPECT_EQ(run_bare({"init", "-c", "x", "--out", ""}), base::kExitUsage);
  EXPECT_EQ(run_bare({"init", "-c", "x", "--out", "y", "--colour"}), base::kExitUsage);
  EXPECT_EQ(run_bare({"init", "-c", "/nowhere/c.yaml", "--out", "y"}), base::kExitUsage);
  EXPECT_THAT(err_.str(), HasSubstr("/nowhere/c.yaml: No such file or directory"));
}

TEST_F(CommandsTest, GuessesAMisspeltOption) {
  EXPECT_EQ(run_bare({"renew", "--confg", "x", "--out", "y"}), base::kExitUsage);
  EXPECT_EQ(err_.str(),
            "keepstate-pki: '--confg' is not known here (did you mean '--config'?); keepstate-pki renew --help tells "
            "more\n");
  EXPECT_EQ(run_bare({"--versoin"}), base::kExitUsage);
  EXPECT_THAT(err_.str(), HasSubstr("did you mean '--version'?"));
}

TEST_F(CommandsTest, WhatCouldNotBeToldIsNoSuccess) {
  make();
  for (const std::vector<std::string>& words :
       {std::vector<std::string>{"check"}, {"plan"}, {"inspect", at("ca.pem")}}) {
    std::ofstream full("/nowhere/at/all");
    std::vector<std::string> line = words;
    if (words.front() != "inspect") {
      line.insert(line.end(), {"--config", config_.string(), "--out", folder_.string()});
    }
    err_.str("");
    EXPECT_EQ(pki::run(line, {now_, {full, err_}, *files_}), base::kExitFailed) << words.front();
    EXPECT_THAT(err_.str(), HasSubstr("could not be written to standard output"));
  }
}

TEST_F(CommandsTest, GuessesAMisspeltCommand) {
  EXPECT_EQ(run_bare({"isue", "admin"}), base::kExitUsage);
  EXPECT_EQ(err_.str(),
            "keepstate-pki: there is no command 'isue' (did you mean 'issue'?); keepstate-pki --help lists them\n");
  EXPECT_EQ(run_bare({"nonsense"}), base::kExitUsage);
  EXPECT_THAT(err_.str(), AllOf(HasSubstr("no command 'nonsense';"), HasSubstr("--help lists them")));
}

}  // namespace
}  // namespace pki
