#include "lb/net/unix_socket.h"

#include <fcntl.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/file.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>

#include <algorithm>
#include <array>
#include <cstring>
#include <fstream>
#include <thread>
#include <vector>

#include "tests/support/temporary_folder.h"

namespace lb::net {
namespace {

using ::testing::HasSubstr;

sockaddr_un socket_address(const std::filesystem::path& path) {
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  std::strncpy(address.sun_path, path.c_str(), sizeof address.sun_path - 1);
  return address;
}

bool is_served(const std::filesystem::path& path) {
  const base::UniqueFd fd(::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0));
  const sockaddr_un address = socket_address(path);
  return ::connect(fd.get(), reinterpret_cast<const sockaddr*>(&address), sizeof address) == 0;
}

// A socket file as a process leaves it that was killed.
void leave_stale_socket(const std::filesystem::path& path) {
  const base::UniqueFd fd(::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0));
  const sockaddr_un address = socket_address(path);
  ASSERT_EQ(::bind(fd.get(), reinterpret_cast<const sockaddr*>(&address), sizeof address), 0);
  ASSERT_EQ(::listen(fd.get(), 1), 0);
}

class UnixSocketTest : public ::testing::Test {
 protected:
  [[nodiscard]] std::filesystem::path socket_path() const { return folder_.path() / "lb.sock"; }
  static std::string open_error(const std::filesystem::path& path) {
    const auto socket = open_unix_socket(path);
    return socket ? "" : socket.error().message;
  }

  tests::support::TemporaryFolder folder_;
};

TEST_F(UnixSocketTest, OnlyItsUserMayOpenIt) {
  const auto socket = open_unix_socket(socket_path());
  ASSERT_TRUE(socket) << socket.error().message;
  struct stat status {};
  ASSERT_EQ(::stat(socket_path().c_str(), &status), 0);
  EXPECT_TRUE(S_ISSOCK(status.st_mode));
  EXPECT_EQ(status.st_mode & 0777U, 0600U);
  EXPECT_EQ(socket->file.path, socket_path());
  EXPECT_EQ(socket->file.inode, status.st_ino);
  EXPECT_TRUE(is_served(socket_path()));
}

TEST_F(UnixSocketTest, LeavesTheUmaskAsItWas) {
  const mode_t before = ::umask(027);
  EXPECT_EQ(open_error(socket_path()), "");
  EXPECT_EQ(::umask(before), 027U);
}

TEST_F(UnixSocketTest, ReplacesASocketThatNobodyServes) {
  leave_stale_socket(socket_path());
  EXPECT_FALSE(is_served(socket_path()));
  const auto socket = open_unix_socket(socket_path());
  EXPECT_TRUE(socket);
  EXPECT_TRUE(is_served(socket_path()));
}

TEST_F(UnixSocketTest, RefusesASocketThatIsServed) {
  const auto first = open_unix_socket(socket_path());
  EXPECT_EQ(open_error(socket_path()), "cannot listen on " + socket_path().string() +
                                           ": another keepstate-lb serves it; stop that one or choose another path");
  EXPECT_TRUE(is_served(socket_path()));
}

TEST_F(UnixSocketTest, OfThoseThatBeginAtOnceOneGetsIt) {
  for (int round = 0; round < 100; ++round) {
    leave_stale_socket(socket_path());
    std::array<base::UniqueFd, 3> sockets;
    std::vector<std::thread> threads;
    for (auto& fd : sockets) {
      threads.emplace_back([&] {
        if (auto socket = open_unix_socket(socket_path())) fd = std::move(socket->fd);
      });
    }
    for (auto& thread : threads) thread.join();
    EXPECT_EQ(std::ranges::count_if(sockets, [](const auto& fd) { return static_cast<bool>(fd); }), 1);
    EXPECT_TRUE(is_served(socket_path()));
    ASSERT_TRUE(std::filesystem::remove(socket_path()));
  }
  EXPECT_TRUE(std::filesystem::is_empty(folder_.path()));
}

TEST_F(UnixSocketTest, SaysThatAnotherIsAboutToServeIt) {
  const std::string file = socket_path().string() + ".lock";
  base::UniqueFd lock(::open(file.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600));
  ASSERT_EQ(::flock(lock.get(), LOCK_EX), 0);
  EXPECT_EQ(open_error(socket_path()), "cannot listen on " + socket_path().string() +
                                           ": another keepstate-lb is about to serve it; choose another path");
  EXPECT_TRUE(std::filesystem::exists(file));
  lock.reset();  // as where it was killed
  EXPECT_EQ(open_error(socket_path()), "");
  EXPECT_FALSE(std::filesystem::exists(file));
}

TEST_F(UnixSocketTest, LeavesAnyOtherFileUntouched) {
  std::ofstream(socket_path()) << "precious";
  EXPECT_EQ(open_error(socket_path()),
            "cannot listen on " + socket_path().string() + ": File exists; choose another path");
  std::string content;
  std::ifstream(socket_path()) >> content;
  EXPECT_EQ(content, "precious");
}

TEST_F(UnixSocketTest, DoesNotFollowASymbolicLink) {
  leave_stale_socket(folder_.path() / "elsewhere");
  std::filesystem::create_symlink(folder_.path() / "elsewhere", socket_path());
  EXPECT_THAT(open_error(socket_path()), HasSubstr("File exists"));
  EXPECT_TRUE(std::filesystem::exists(folder_.path() / "elsewhere"));
}

TEST_F(UnixSocketTest, TellsWhyAPathCannotBeUsed) {
  EXPECT_THAT(open_error(folder_.path() / "missing" / "lb.sock"), HasSubstr("No such file or directory"));
  EXPECT_THAT(open_error(folder_.path() / std::string(200, 'x')),
              HasSubstr("the path is longer than 107 bytes; choose a shorter one"));
  EXPECT_EQ(open_error(""), "cannot listen on a socket without a path; give one, or none for no socket");
}

TEST_F(UnixSocketTest, RemovesItsOwnFileAndNotItsSuccessors) {
  const auto socket = open_unix_socket(socket_path());
  ASSERT_TRUE(socket);
  ASSERT_TRUE(std::filesystem::remove(socket_path()));  // by hand, while it was still served
  const auto successor = open_unix_socket(socket_path());
  ASSERT_TRUE(successor);
  remove_socket(socket->file);
  EXPECT_TRUE(is_served(socket_path()));
  remove_socket(successor->file);
  EXPECT_FALSE(std::filesystem::exists(socket_path()));
}

}  // namespace
}  // namespace lb::net
