#include "pki/command/secret_output.h"

#include <gmock/gmock.h>

#include "tests/unit/pki/command/command_run.h"

namespace pki::command {
namespace {

using testing::HasSubstr;
using testing::IsEmpty;

class SecretOutputTest : public CommandRun {
 protected:
  Surroundings surroundings() {
    Surroundings all{now_, {out_, err_}, files_};
    all.out_is_terminal = out_is_terminal_;
    return all;
  }
  std::ostringstream out_;
  std::ostringstream err_;
};

TEST_F(SecretOutputTest, GoesToStandardOutputUnlessThatIsATerminal) {
  EXPECT_EQ(check_output({}, "bundle", surroundings()), base::kExitOk);
  EXPECT_EQ(give(crypto::SecretText("secret"), {}, surroundings()), base::kExitOk);
  EXPECT_EQ(out_.str(), "secret");
  out_is_terminal_ = true;
  EXPECT_EQ(check_output({}, "bundle", surroundings()), base::kExitUsage);
  EXPECT_THAT(err_.str(), HasSubstr("`keepstate-pki bundle ... > FILE`"));
  EXPECT_EQ(check_output({scratch_.path() / "file"}, "bundle", surroundings()), base::kExitOk);
}

TEST_F(SecretOutputTest, ReplacesAFileOnlyWhenAsked) {
  const auto file = scratch_.path() / "file";
  EXPECT_EQ(give(crypto::SecretText("one"), {file}, surroundings()), base::kExitOk);
  EXPECT_EQ(tests::support::mode_of(file), 0600U);
  EXPECT_EQ(check_output({file}, "bundle", surroundings()), base::kExitFailed);
  EXPECT_EQ(give(crypto::SecretText("two"), {file}, surroundings()), base::kExitFailed);
  EXPECT_EQ(tests::support::content_of(file), "one");
  EXPECT_EQ(check_output({file, true}, "bundle", surroundings()), base::kExitOk);
  EXPECT_EQ(give(crypto::SecretText("two"), {file, true}, surroundings()), base::kExitOk);
  EXPECT_EQ(tests::support::content_of(file), "two");
}

TEST_F(SecretOutputTest, SaysWhenNobodyTakesIt) {
  out_.setstate(std::ios::badbit);
  EXPECT_EQ(give(crypto::SecretText("secret"), {}, surroundings()), base::kExitFailed);
  EXPECT_THAT(err_.str(), HasSubstr("cannot write to standard output"));
}

}  // namespace
}  // namespace pki::command
