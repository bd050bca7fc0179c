#include "provisioner/command/command_line.h"

#include "tests/unit/provisioner/command/command_test.h"

namespace provisioner::command {
namespace {

using CommandLineTest = CommandTest;

TEST_F(CommandLineTest, FindsMachinesAndGuessesWhatWasMeant) {
  const auto cluster = load(config_, err_);
  ASSERT_TRUE(cluster);
  EXPECT_EQ(find_machine(*cluster, "worker-0", err_)->address.to_string(), "10.10.0.21");
  EXPECT_TRUE(has_machines(*cluster, {"worker-0", "controller-0"}, err_));
  EXPECT_EQ(err_.str(), "");
  EXPECT_FALSE(has_machines(*cluster, {"worker-0", "wroker-0"}, err_));
  EXPECT_EQ(err_.str(), "keepstate-provisioner: cluster 'lab' has no machine 'wroker-0' (did you mean 'worker-0'?)\n");
}

TEST_F(CommandLineTest, TellsFailures) {
  EXPECT_EQ(failed({"no"}, err_), base::kExitFailed);
  EXPECT_EQ(err_.str(), "keepstate-provisioner: no\n");
}

}  // namespace
}  // namespace provisioner::command
