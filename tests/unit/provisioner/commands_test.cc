#include "provisioner/commands.h"

#include <gmock/gmock.h>

#include <sstream>
#include <vector>

#include "tests/support/temporary_folder.h"

namespace provisioner {
namespace {

using testing::HasSubstr;
using testing::IsEmpty;

class CommandsTest : public testing::Test {
 protected:
  base::ExitCode run(std::vector<const char*> arguments) {
    arguments.insert(arguments.begin(), "keepstate-provisioner");
    return run_command_line(static_cast<int>(arguments.size()), arguments.data(), out_, err_);
  }

  std::ostringstream out_;
  std::ostringstream err_;
};

TEST_F(CommandsTest, ChecksTheExample) {
  EXPECT_EQ(run({"check", "-c", KEEPSTATE_SOURCE_DIR "/configs/cluster.yaml"}), base::kExitOk);
  EXPECT_THAT(out_.str(), HasSubstr("is sound"));
}

TEST_F(CommandsTest, RefusesAFileThatIsNotThere) {
  EXPECT_EQ(run({"check", "-c", "/nonexistent/cluster.yaml"}), base::kExitUsage);
  EXPECT_THAT(out_.str(), IsEmpty());
  EXPECT_THAT(err_.str(), HasSubstr("/nonexistent/cluster.yaml"));
}

TEST_F(CommandsTest, PowersDownWhatDoesNotRun) {
  const tests::support::TemporaryFolder folder;
  EXPECT_EQ(run({"power-down", folder.path().c_str()}), base::kExitOk);
  EXPECT_EQ(run({"power-down", "/nonexistent/machines/x"}), base::kExitUsage);
  EXPECT_THAT(err_.str(), HasSubstr("/nonexistent/machines/x is no machine's folder"));
}

TEST_F(CommandsTest, RefusesWhatItDoesNotKnow) {
  EXPECT_EQ(run({"chekc"}), base::kExitUsage);
  EXPECT_THAT(err_.str(), HasSubstr("chekc"));
}

}  // namespace
}  // namespace provisioner
