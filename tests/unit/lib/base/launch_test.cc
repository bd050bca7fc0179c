// What Subprocess does with it is tested in subprocess_test.cc.
#include "lib/base/launch.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/wait.h>

#include <cerrno>
#include <csignal>

#include "lib/base/subprocess.h"

namespace base {
namespace {

using testing::HasSubstr;

TEST(Launch, AnOrphanIsNoChildOfOurs) {
  const auto pid = Subprocess::start_orphan({"sleep", "60"});
  ASSERT_TRUE(pid) << pid.error().message;
  EXPECT_EQ(::waitpid(*pid, nullptr, WNOHANG), -1);
  EXPECT_EQ(errno, ECHILD);
  EXPECT_EQ(::kill(*pid, SIGKILL), 0);
}

TEST(Launch, AnOrphanHasItsChannelAndItsVariables) {
  auto started =
      launch({"sh", "-c", "echo $WORD $$"}, {.environment = {{"WORD", "hello"}}, .out = Capture{}}, Kinship::kOrphan);
  ASSERT_TRUE(started) << started.error().message;
  std::string text(64, '\0');
  const ssize_t n = ::read(started->out.get(), text.data(), text.size());
  text.resize(n > 0 ? static_cast<std::size_t>(n) : 0);
  EXPECT_EQ(text, "hello " + std::to_string(started->pid) + "\n");
}

TEST(Launch, SaysWhatIsWrongWithAnOrphanToo) {
  const auto pid = Subprocess::start_orphan({"/etc/passwd"});
  ASSERT_FALSE(pid);
  EXPECT_THAT(pid.error().message, HasSubstr("cannot execute /etc/passwd"));
  EXPECT_EQ(::waitpid(-1, nullptr, WNOHANG), -1);  // nothing of it is left
}

}  // namespace
}  // namespace base
