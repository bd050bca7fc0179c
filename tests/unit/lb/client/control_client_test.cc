#include "lb/client/control_client.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/socket.h>
#include <sys/un.h>

#include <vector>

#include "lib/base/unique_fd.h"
#include "tests/unit/lb/client/fake_daemon.h"

namespace lb::client {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::StartsWith;

TEST(ControlClient, AsksAndGivesTheAnswer) {
  FakeDaemon daemon({FakeDaemon::answer(200, "{}\n"), FakeDaemon::answer(404, "{\"error\":\"no\"}"),
                     FakeDaemon::answer(200, "done")});
  const ControlClient client(daemon.path());
  const auto found = client.get("/v1/status");
  ASSERT_TRUE(found) << found.error().message;
  EXPECT_EQ(found->status, 200);
  EXPECT_EQ(found->body, "{}\n");
  EXPECT_EQ(client.patch("/v1/backends/a/b", "{\"weight\":1}")->status, 404);
  EXPECT_EQ(client.post("/v1/reload")->body, "done");
  EXPECT_THAT(daemon.questions(),
              ElementsAre("GET /v1/status HTTP/1.1\r\nHost: keepstate-lb\r\nConnection: close\r\n\r\n",
                          "PATCH /v1/backends/a/b HTTP/1.1\r\nHost: keepstate-lb\r\nConnection: close\r\n"
                          "Content-Type: application/json\r\nContent-Length: 12\r\n\r\n{\"weight\":1}",
                          HasSubstr("Content-Length: 0\r\n\r\n")));
}

TEST(ControlClient, SaysWhereItLookedAndHowToStart) {
  const tests::support::TemporaryFolder folder;
  const std::string path = (folder.path() / "lb.sock").string();
  EXPECT_EQ(
      ControlClient(path).get("/").error().message,
      "cannot reach keepstate-lb at " + path +
          ": No such file or directory; no keepstate-lb serves it; start one (keepstate-lb run -c cluster.yaml), or "
          "name its socket with --socket PATH or -c FILE");
  EXPECT_THAT(ControlClient(std::string(200, 'x')).get("/").error().message, HasSubstr("too long"));
}

TEST(ControlClient, DoesNotWaitForEver) {
  const FakeDaemon silent({});
  const ControlClient client(silent.path(), std::chrono::milliseconds{20});
  EXPECT_THAT(client.get("/v1/status").error().message,
              StartsWith("GET /v1/status by " + silent.path() + ": no answer came in time; look at the log"));
}

TEST(ControlClient, DoesNotWaitInTheQueueOfADaemonThatHangs) {
  const tests::support::TemporaryFolder folder;
  const std::string path = (folder.path() / "lb.sock").string();
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  path.copy(address.sun_path, sizeof address.sun_path - 1);
  const auto* const name = reinterpret_cast<const sockaddr*>(&address);
  const base::UniqueFd hung(::socket(AF_UNIX, SOCK_STREAM, 0));
  ASSERT_EQ(::bind(hung.get(), name, sizeof address), 0);
  ASSERT_EQ(::listen(hung.get(), 0), 0);
  std::vector<base::UniqueFd> queue;
  do {
    queue.emplace_back(::socket(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK, 0));
  } while (::connect(queue.back().get(), name, sizeof address) == 0);
  EXPECT_THAT(ControlClient(path).get("/v1/status").error().message,
              StartsWith("keepstate-lb at " + path + " does not answer"));
}

TEST(ControlClient, TakesNoHalfAnswerForOne) {
  const FakeDaemon daemon({"", "SSH-2.0-OpenSSH_9.2\r\n\r\n", "HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nshort"});
  const ControlClient client(daemon.path());
  EXPECT_THAT(client.get("/").error().message, HasSubstr("speaks no HTTP"));
  EXPECT_THAT(client.get("/").error().message, HasSubstr("speaks no HTTP"));
  EXPECT_THAT(client.get("/").error().message, HasSubstr("the answer broke off"));
}

}  // namespace
}  // namespace lb::client
