#include "pki/output/silent_terminal.h"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <cstdlib>
#include <string>

#include "lib/base/unique_fd.h"

namespace pki::output {
namespace {

bool has_echo(int fd) {
  termios now{};
  EXPECT_EQ(::tcgetattr(fd, &now), 0);
  return (now.c_lflag & static_cast<tcflag_t>(ECHO)) != 0;
}

TEST(SilentTerminal, IsAsItWasAfterwards) {
  const base::UniqueFd master(::posix_openpt(O_RDWR | O_NOCTTY));
  ASSERT_TRUE(master);
  ASSERT_EQ(::grantpt(master.get()), 0);
  ASSERT_EQ(::unlockpt(master.get()), 0);
  const base::UniqueFd terminal(::open(::ptsname(master.get()), O_RDWR | O_NOCTTY));
  ASSERT_TRUE(has_echo(terminal.get()));
  {
    const SilentTerminal silent(terminal.get());
    EXPECT_TRUE(silent.is_silent());
    EXPECT_FALSE(has_echo(terminal.get()));
  }
  EXPECT_TRUE(has_echo(terminal.get()));
}

TEST(SilentTerminal, NothingElseIsOne) {
  const base::UniqueFd nothing(::open("/dev/null", O_RDWR));
  EXPECT_FALSE(SilentTerminal(nothing.get()).is_silent());
}

// What may come to this process and is not meant: ignored, it still waits.
TEST(HeldSignals, WaitUntilTheyMayCome) {
  struct sigaction ignore {};
  struct sigaction before {};
  ignore.sa_handler = SIG_IGN;
  ASSERT_EQ(::sigaction(SIGTSTP, &ignore, &before), 0);
  {
    const HeldSignals held;
    EXPECT_FALSE(held.is_one_waiting());
    ::pthread_kill(::pthread_self(), SIGTSTP);
#ifdef __linux__  // elsewhere a signal that is ignored does not wait
    EXPECT_TRUE(held.is_one_waiting());
#endif
  }
  EXPECT_FALSE(HeldSignals().is_one_waiting());
  ASSERT_EQ(::sigaction(SIGTSTP, &before, nullptr), 0);
}

TEST(HeldSignals, ThoseThatWereHeldBeforeDoNotCount) {
  sigset_t held;
  sigset_t before;
  sigemptyset(&held);
  sigaddset(&held, SIGHUP);
  ASSERT_EQ(::pthread_sigmask(SIG_BLOCK, &held, &before), 0);
  ::pthread_kill(::pthread_self(), SIGHUP);
  EXPECT_FALSE(HeldSignals().is_one_waiting());
  int got = 0;
  ASSERT_EQ(::sigwait(&held, &got), 0);
  EXPECT_EQ(got, SIGHUP);
  ASSERT_EQ(::pthread_sigmask(SIG_SETMASK, &before, nullptr), 0);
}

}  // namespace
}  // namespace pki::output
