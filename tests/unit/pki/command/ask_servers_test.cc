#include "pki/command/ask_servers.h"

#include <gmock/gmock.h>

#include <csignal>

#include "tests/support/tls_server.h"
#include "tests/unit/pki/command/command_run.h"
#include "tests/unit/pki/command/live_server.h"

namespace pki::command {
namespace {

using testing::HasSubstr;

// Through rotate-ca, whose stages say what is to be asked.
class AskServersTest : public CommandRun {
 protected:
  void SetUp() override {
    static_cast<void>(std::signal(SIGPIPE, SIG_IGN));  // OpenSSL writes by write(2)
    init();
    ASSERT_EQ(run("rotate-ca").code, base::kExitOk);
  }
  [[nodiscard]] Ran go_on(const std::vector<base::SocketAddress>& servers, const char* stage = "2") {
    std::vector<std::string> words{"--continue", stage};
    for (const auto& server : servers) words.insert(words.end(), {"--server", server.to_string()});
    return run("rotate-ca", words);
  }
};

TEST_F(AskServersTest, GoesOnOnceEveryServerTrustsTheNewAuthority) {
  const auto ours = folder_;
  folder_ = scratch_.path() / "other";
  init();
  const LiveServer stranger(folder_, "kubernetes");
  folder_ = ours;
  const LiveServer server(folder_, "kubernetes");
  const auto refused = go_on({server.address(), stranger.address()});
  EXPECT_EQ(refused.code, base::kExitFailed);
  EXPECT_THAT(refused.err, HasSubstr(stranger.address().to_string() + " does not trust the new authority yet"));
  const auto done = go_on({server.address()});
  EXPECT_EQ(done.code, base::kExitOk) << done.err;
}

TEST_F(AskServersTest, EndsOnceEveryServerShowsItsNewCertificate) {
  const LiveServer old(folder_, "kubernetes");
  ASSERT_EQ(run("rotate-ca", {"--continue", "2"}).code, base::kExitOk);
  const LiveServer restarted(folder_, "kubernetes");
  const auto refused = go_on({restarted.address(), old.address()}, "3");
  EXPECT_EQ(refused.code, base::kExitFailed);
  EXPECT_THAT(refused.err, HasSubstr(old.address().to_string() + ": it is an"));
  const auto done = go_on({restarted.address()}, "3");
  EXPECT_EQ(done.code, base::kExitOk) << done.err;
}

TEST_F(AskServersTest, AServerThatAsksNobodyCannotTell) {
  const tests::support::TestCertificates files;
  tests::support::TlsServer server(files, [](const std::string&) { return tests::support::http_answer(200); });
  const auto refused = go_on({server.address()});
  EXPECT_EQ(refused.code, base::kExitFailed);
  EXPECT_THAT(refused.err, HasSubstr("asks clients for no certificate, so it cannot tell whom it trusts"));
}

TEST_F(AskServersTest, AServerThatHangsStopsTheStage) {
  const LiveServer hung(folder_, "kubernetes", LiveManner::kHangs);
  server_patience_ = std::chrono::milliseconds(500);
  const auto refused = go_on({hung.address()});
  EXPECT_EQ(refused.code, base::kExitFailed);
  EXPECT_THAT(refused.err, HasSubstr(hung.address().to_string() + " has shaken hands and does not answer: it hangs"));
  ASSERT_EQ(run("rotate-ca", {"--continue", "2"}).code, base::kExitOk);
  const LiveServer again(folder_, "kubernetes", LiveManner::kHangs);
  EXPECT_THAT(go_on({again.address()}, "3").err, HasSubstr("does not answer: it hangs"));
}

TEST_F(AskServersTest, AServerThatCannotBeAskedStopsTheStage) {
  EXPECT_THAT(run("rotate-ca", {"--continue", "2", "--server", "127.0.0.1"}).err, HasSubstr("--server"));
  EXPECT_THAT(run("rotate-ca", {"--status"}).out, HasSubstr("stage 1 of 3"));
}

}  // namespace
}  // namespace pki::command
