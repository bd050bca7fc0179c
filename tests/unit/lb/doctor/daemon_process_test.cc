#include "lb/doctor/daemon_process.h"

#include <gtest/gtest.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <cerrno>
#include <thread>

#include "lb/net/descriptor_limit.h"
#include "lb/net/event_loop.h"
#include "lb/net/http_server.h"
#include "lb/net/mailbox.h"
#include "lb/net/unix_socket.h"
#include "tests/support/temporary_folder.h"

namespace lb::doctor {
namespace {

using namespace std::chrono_literals;

class DaemonProcessTest : public ::testing::Test {
 protected:
  DaemonSeen look(std::chrono::milliseconds patience = 10s) { return look_at_daemon_at(path_, patience); }
  // A daemon that answers so.
  DaemonSeen look_at_one_that_says(const std::string& body) {
    net::EventLoop loop;
    net::Mailbox mailbox(loop);
    net::HttpServer server(loop, [&](const net::HttpRequest&, const net::HttpReply& reply) {
      reply({.content_type = "application/json", .body = body});
    });
    EXPECT_TRUE(server.listen_unix(path_));
    DaemonSeen seen;
    std::thread doctor([&] {
      seen = look();
      mailbox.post([&] { loop.stop(); });
    });
    loop.run();
    doctor.join();
    return seen;
  }

  tests::support::TemporaryFolder folder_;
  std::string path_ = (folder_.path() / "lb.sock").string();
};

TEST_F(DaemonProcessTest, SaysWhyNobodyCanBeReached) {
  EXPECT_EQ(look().error, ENOENT);
  path_ = std::string(200, 'x');
  EXPECT_EQ(look().error, ENAMETOOLONG);
}

TEST_F(DaemonProcessTest, DoesNotWaitForOneThatHangs) {
  auto hung = net::open_unix_socket(path_);
  ASSERT_TRUE(hung);
  const DaemonSeen seen = look(1ms);
  EXPECT_EQ(seen.error, 0);
  EXPECT_EQ(seen.descriptors, std::nullopt);
  ASSERT_EQ(::listen(hung->fd.get(), 0), 0);
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  path_.copy(address.sun_path, sizeof address.sun_path - 1);
  std::vector<base::UniqueFd> queue;
  do {
    queue.emplace_back(::socket(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK, 0));
  } while (::connect(queue.back().get(), reinterpret_cast<const sockaddr*>(&address), sizeof address) == 0);
  EXPECT_EQ(look().error, EAGAIN);
}

TEST_F(DaemonProcessTest, TakesNoOtherAnswerForADaemons) {
  for (const char* const body : {"", "null", "{}", R"({"pid":"x"})", R"({"pid":-3})"}) {
    EXPECT_EQ(look_at_one_that_says(body).descriptors, std::nullopt) << body;
  }
}

#ifdef __linux__
TEST_F(DaemonProcessTest, SeesWhatTheRunningProcessMayOpen) {
  const auto seen = look_at_one_that_says(R"({"pid":)" + std::to_string(::getpid()) + "}");
  EXPECT_EQ(seen.error, 0);
  ASSERT_TRUE(seen.descriptors);
  EXPECT_GE(*seen.descriptors, 64U);
  EXPECT_LE(*seen.descriptors, net::hard_descriptor_limit());
}
#endif

TEST(OpenFilesIn, ReadsTheSoftLimit) {
  EXPECT_EQ(
      open_files_in("Max processes  5 6 processes\nMax open files            1024    4096   files  \nMax x 1 2\n"),
      1024U);
  EXPECT_GT(*open_files_in("Max open files            unlimited    unlimited   files"), 1'000'000U);
  EXPECT_EQ(open_files_in("Max open files\nMax x 1 2\n"), std::nullopt);
  EXPECT_EQ(open_files_in("Max open files  12x 3 files\n"), std::nullopt);
  EXPECT_EQ(open_files_in(""), std::nullopt);
}

}  // namespace
}  // namespace lb::doctor
