#include "lib/base/unblocked.h"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstdlib>

namespace base {
namespace {

bool blocks(int fd) {
  return (::fcntl(fd, F_GETFL) & O_NONBLOCK) == 0;
}

// Until there is no more room; a hang is ended by the test's time limit.
int error_when_full(int fd) {
  const std::array<char, 1000> bytes{};
  while (::write(fd, bytes.data(), bytes.size()) > 0) {
  }
  return errno;
}

TEST(Unblocked, LeavesThePipeOfOthersAsItWas) {
  std::array<int, 2> ends{};
  ASSERT_EQ(::pipe2(ends.data(), O_CLOEXEC), 0);
  const UniqueFd reader(ends[0]);
  const UniqueFd writer(ends[1]);
  const UniqueFd own = open_unblocked(writer.get());
  if (!own) GTEST_SKIP() << "this system has no such thing";
  EXPECT_EQ(error_when_full(own.get()), EAGAIN);
  EXPECT_TRUE(blocks(writer.get()));
  EXPECT_TRUE(blocks(reader.get()));
}

TEST(Unblocked, IsForTerminalsToo) {
  const UniqueFd operator_side(::posix_openpt(O_RDWR | O_NOCTTY | O_CLOEXEC));
  ASSERT_TRUE(operator_side);
  ASSERT_EQ(::grantpt(operator_side.get()), 0);
  ASSERT_EQ(::unlockpt(operator_side.get()), 0);
  const UniqueFd terminal(::open(::ptsname(operator_side.get()), O_RDWR | O_NOCTTY | O_CLOEXEC));
  const UniqueFd own = open_unblocked(terminal.get());
  if (!own) GTEST_SKIP() << "this system has no such thing";
  EXPECT_EQ(error_when_full(own.get()), EAGAIN);
  EXPECT_TRUE(blocks(terminal.get()));
}

TEST(Unblocked, IsForNothingElse) {
  std::array<int, 2> ends{};
  ASSERT_EQ(::socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends.data()), 0);
  const UniqueFd one(ends[0]);
  const UniqueFd other(ends[1]);
  EXPECT_FALSE(open_unblocked(one.get()));
  const UniqueFd null(::open("/dev/null", O_WRONLY | O_CLOEXEC));
  EXPECT_FALSE(open_unblocked(null.get()));
  EXPECT_FALSE(open_unblocked(-1));
}

}  // namespace
}  // namespace base
