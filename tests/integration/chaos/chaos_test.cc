// The chaos test in its short form: `./dev chaos` lasts two minutes; here it is one, because four presets run it before
// every merge, one after the other, and each seed meets other faults. KEEPSTATE_CHAOS_SECONDS and KEEPSTATE_CHAOS_SEED
// ask for more. What each scenario proves is in docs/reliability.md.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdlib>

#include "lib/base/subprocess.h"
#include "tests/support/network_namespace.h"

namespace tests {
namespace {

using std::chrono::minutes;
using testing::HasSubstr;

#if defined(__SANITIZE_ADDRESS__)
constexpr const char* kRssSlack = "256";  // MiB; AddressSanitizer keeps freed memory in quarantine
#elif defined(__SANITIZE_THREAD__)
constexpr const char* kRssSlack = "64";  // its shadow grows with what was touched
#else
constexpr const char* kRssSlack = "4";
#endif

std::string from_environment(const char* name, const char* otherwise) {
  const char* const value = std::getenv(name);
  return value ? value : otherwise;
}

base::Result<base::Output> run_chaos(const std::vector<std::string>& arguments) {
  std::vector<std::string> argv{KEEPSTATE_BIN_DIR "/keepstate-chaos", "--rss-slack", kRssSlack};
  argv.insert(argv.end(), arguments.begin(), arguments.end());
  return base::run_captured(argv, {.on_parent_death = base::OnParentDeath::kDie}, minutes{30});
}

class ChaosTest : public testing::Test {
 protected:
  void SetUp() override {
    if (!support::may_have_own_network()) GTEST_SKIP() << support::kNeedsOwnNetwork;
  }

  static void expect_all_kept(const std::vector<std::string>& arguments) {
    const auto output = run_chaos(arguments);
    ASSERT_TRUE(output) << output.error().message;
    EXPECT_TRUE(output->status.ok()) << output->status.to_string() << "\n" << output->out << output->err;
    RecordProperty("report", output->out);
  }
};

TEST_F(ChaosTest, NobodyNoticesWhileOneServerAfterTheOtherFallsIll) {
  expect_all_kept({"--seconds", from_environment("KEEPSTATE_CHAOS_SECONDS", "60"), "--seed",
                   from_environment("KEEPSTATE_CHAOS_SEED", "4")});
}

TEST_F(ChaosTest, NoSessionEndsWhileEtcdHasNoQuorum) {
  expect_all_kept({"--scenario", "quorum"});
}

TEST_F(ChaosTest, NoConnectionFailsWhileTwoPacketsOfAHundredAreLost) {
  expect_all_kept({"--scenario", "loss"});
}

// The proof that the test can fail: with TCP checks and no hedge a stopped server is a server in good health.
TEST_F(ChaosTest, SeesWhatABalancerWithoutTheProfileLoses) {
  const auto output = run_chaos({"--lb-config", "plain", "--seconds", "25", "--seed", "1"});
  ASSERT_TRUE(output) << output.error().message;
  EXPECT_EQ(output->status, (base::ExitStatus{base::ExitStatus::Kind::kExited, 1})) << output->out << output->err;
  EXPECT_THAT(output->out, HasSubstr("SIGSTOP begins"));
  EXPECT_THAT(output->out,
              HasSubstr("during SIGSTOP, before a word: TLS handshake: cannot go on: Connection timed out"));
  EXPECT_THAT(output->out, HasSubstr("a session on a dead server hung for 1"));
}

}  // namespace
}  // namespace tests
