#include "pki/command/verify.h"

#include <gmock/gmock.h>

#include "tests/support/tcp.h"
#include "tests/unit/pki/command/command_run.h"
#include "tests/unit/pki/command/live_server.h"

namespace pki::command {
namespace {

using testing::AllOf;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;

class VerifyTest : public CommandRun {
 protected:
  void SetUp() override { init(); }
  [[nodiscard]] std::string port_of(const LiveServer& server) const { return std::to_string(server.address().port()); }
};

TEST_F(VerifyTest, ASoundServerIsSound) {
  const LiveServer server(folder_, "kubernetes");
  const auto said = run("verify", {"--server", server.address().to_string()});
  EXPECT_EQ(said.code, base::kExitOk) << said.out << said.err;
  EXPECT_THAT(said.out,
              AllOf(HasSubstr("shows, by TLSv1.3:\n"), HasSubstr("subject  CN=kubernetes\n"), Not(HasSubstr("WRONG")),
                    HasSubstr("ok    clients that have ca.pem trust it as 127.0.0.1\n"),
                    HasSubstr("ok    it is kubernetes.pem of the folder\n"), HasSubstr("ok    it answers\n"),
                    HasSubstr("ok    it ends in 365 days\n")));
  EXPECT_EQ(run("verify", {"--server", "localhost:" + port_of(server), "--name", "kubernetes.default.svc"}).code,
            base::kExitOk);
}

TEST_F(VerifyTest, ANameThatItHasNotIsWrong) {
  const LiveServer server(folder_, "kubernetes");
  const auto said = run("verify", {"--server", server.address().to_string(), "--name", "elsewhere"});
  EXPECT_EQ(said.code, base::kExitFailed);
  EXPECT_THAT(said.out, HasSubstr("WRONG clients that have ca.pem refuse it as elsewhere: "));
}

TEST_F(VerifyTest, AServerThatWasNotRestartedIsFound) {
  const LiveServer server(folder_, "kubernetes");
  now_ += std::chrono::hours(1);
  ASSERT_EQ(run("renew", {"kubernetes"}).code, base::kExitOk);
  const auto said = run("verify", {"--server", server.address().to_string()});
  EXPECT_EQ(said.code, base::kExitFailed);
  EXPECT_THAT(said.out, AllOf(HasSubstr("WRONG it is an older kubernetes.pem than the folder's"),
                              HasSubstr("and restart etcd or kube-apiserver")));
}

TEST_F(VerifyTest, AServerOfAnotherClusterIsFound) {
  const std::filesystem::path ours = folder_;
  folder_ = scratch_.path() / "other";
  init();
  const LiveServer server(folder_, "kubernetes");
  folder_ = ours;
  const auto said = run("verify", {"--server", server.address().to_string()});
  EXPECT_EQ(said.code, base::kExitFailed);
  EXPECT_THAT(said.out, AllOf(HasSubstr("WRONG clients that have ca.pem refuse it"),
                              HasSubstr("kubernetes.pem than the folder's")));
}

TEST_F(VerifyTest, AServerThatHangsIsWrong) {
  const LiveServer server(folder_, "kubernetes", LiveManner::kHangs);
  const auto said = run("verify", {"--server", server.address().to_string(), "--timeout", "1"});
  EXPECT_EQ(said.code, base::kExitFailed);
  EXPECT_THAT(said.out, AllOf(HasSubstr("WRONG it has shaken hands and does not answer: it hangs"),
                              HasSubstr("ok    it is kubernetes.pem of the folder\n")));
}

TEST_F(VerifyTest, AnEndThatIsNearIsWrong) {
  const LiveServer server(folder_, "kubernetes");
  EXPECT_EQ(run("verify", {"--server", server.address().to_string(), "--within", "2y"}).code, base::kExitFailed);
}

TEST_F(VerifyTest, SaysWhyAServerCannotBeAsked) {
  const auto nobody = tests::support::free_address().to_string();
  const auto said = run("verify", {"--server", nobody});
  EXPECT_EQ(said.code, base::kExitFailed);
  EXPECT_THAT(said.err, HasSubstr(nobody + ": Connection refused"));
  EXPECT_THAT(said.out, IsEmpty());
  EXPECT_EQ(run("verify", {"--server", "nonsense"}).code, base::kExitUsage);
}

}  // namespace
}  // namespace pki::command
