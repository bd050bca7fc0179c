// The data path's own tests once more, in a network that loses two packets of a hundred.
#include <gtest/gtest.h>

#include <filesystem>
#include <string>

#include "lib/base/subprocess.h"
#include "tests/support/network_namespace.h"

namespace tests::integration {
namespace {

TEST(Loss, ChangesNoByteOfTheDataPath) {
  if (!support::may_have_own_network()) GTEST_SKIP() << support::kNeedsOwnNetwork;
  support::in_own_network([] {
    support::run_tool({"nft", "add", "table", "inet", "loss"});
    support::run_tool({"nft", "add", "chain", "inet", "loss", "input", "{ type filter hook input priority 0; }"});
    support::run_tool(
        {"nft", "add", "rule", "inet", "loss", "input", "numgen", "random", "mod", "100", "<", "2", "drop"});
    const std::string self = std::filesystem::read_symlink("/proc/self/exe").string();
    // But for those that wait for one single packet which nobody sends again, a reset (RFC 9293 s3.5.2), and those
    // whose own times are shorter than it takes to send another packet again.
    const auto done = base::run_captured({self, "--gtest_filter=Relay.*-Relay.Passes*ResetOn:Relay.Closes*Silent*"});
    ASSERT_TRUE(done) << done.error().message;
    EXPECT_TRUE(done->status.ok()) << done->out << done->err;
    EXPECT_EQ(done->out.find("0 tests from 0"), std::string::npos) << "nothing was run";
  });
}

}  // namespace
}  // namespace tests::integration
