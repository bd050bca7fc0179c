#include "provisioner/hypervisor/console.h"

#include <fcntl.h>
#include <gmock/gmock.h>
#include <poll.h>
#include <sys/socket.h>
#include <termios.h>
#include <unistd.h>

#include <array>
#include <csignal>
#include <cstdlib>
#include <future>
#include <string>

namespace provisioner::hypervisor {
namespace {

struct Ends {
  base::UniqueFd ours;
  base::UniqueFd theirs;
};

Ends socket_pair() {
  std::array<int, 2> ends{-1, -1};
  EXPECT_EQ(::socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends.data()), 0);
  return {base::UniqueFd(ends[0]), base::UniqueFd(ends[1])};
}

Ends terminal() {
  base::UniqueFd keyboard(::posix_openpt(O_RDWR | O_NOCTTY | O_CLOEXEC));
  EXPECT_EQ(::grantpt(keyboard.get()), 0);
  EXPECT_EQ(::unlockpt(keyboard.get()), 0);
  base::UniqueFd screen(::open(::ptsname(keyboard.get()), O_RDWR | O_NOCTTY | O_CLOEXEC));
  return {std::move(keyboard), std::move(screen)};
}

void say(const base::UniqueFd& fd, std::string_view text) {
  ASSERT_EQ(::write(fd.get(), text.data(), text.size()), static_cast<ssize_t>(text.size()));
}

std::string hear(const base::UniqueFd& fd, std::size_t size) {
  std::string text;
  std::array<char, 256> some{};
  while (text.size() < size) {
    pollfd one{fd.get(), POLLIN, 0};
    if (::poll(&one, 1, 20'000) != 1) break;
    const ssize_t n = ::read(fd.get(), some.data(), std::min(some.size(), size - text.size()));
    if (n <= 0) break;
    text.append(some.data(), static_cast<std::size_t>(n));
  }
  return text;
}

tcflag_t local_modes(const base::UniqueFd& fd) {
  termios modes{};
  ::tcgetattr(fd.get(), &modes);
  return modes.c_lflag;
}

class ConsoleTest : public ::testing::Test {
 protected:
  std::future<base::Result<ConsoleEnd>> attach(const base::UniqueFd& in, const base::UniqueFd& out) {
    return std::async(std::launch::async,
                      [this, &in, &out] { return attach_console(machine_.ours, in.get(), out.get()); });
  }

  Ends machine_ = socket_pair();
  Ends out_ = socket_pair();
};

TEST_F(ConsoleTest, ATerminalIsRawMeanwhileAndAsBeforeAfterwards) {
  const Ends user = terminal();
  const tcflag_t before = local_modes(user.theirs);
  ASSERT_NE(before & ICANON, 0U);
  auto end = attach(user.theirs, out_.ours);
  say(machine_.theirs, "login: ");
  EXPECT_EQ(hear(out_.theirs, 7), "login: ");
  EXPECT_EQ(local_modes(user.theirs) & (ICANON | ISIG | ECHO), 0U);
  say(user.ours, "ro\x03\x1a\r");  // Ctrl-C and Ctrl-Z are the machine's
  EXPECT_EQ(hear(machine_.theirs, 5), "ro\x03\x1a\r");
  say(user.ours, "bye\x1d not this");
  EXPECT_EQ(hear(machine_.theirs, 3), "bye");
  EXPECT_EQ(end.get().value(), ConsoleEnd::kLeft);
  EXPECT_EQ(local_modes(user.theirs), before);
}

TEST_F(ConsoleTest, EndsWithTheMachine) {
  const Ends user = terminal();
  auto end = attach(user.theirs, out_.ours);
  say(machine_.theirs, "halted");
  machine_.theirs.reset();
  EXPECT_EQ(hear(out_.theirs, 6), "halted");
  EXPECT_EQ(end.get().value(), ConsoleEnd::kMachineEnded);
}

TEST_F(ConsoleTest, WithoutATerminalEveryByteIsTheMachines) {
  Ends in = socket_pair();
  auto end = attach(in.ours, out_.ours);
  say(in.theirs, "a\x1d\n");
  EXPECT_EQ(hear(machine_.theirs, 3), "a\x1d\n");
  in.theirs.reset();  // and what the machine says is shown on
  say(machine_.theirs, "b");
  EXPECT_EQ(hear(out_.theirs, 1), "b");
  machine_.theirs.reset();
  EXPECT_EQ(end.get().value(), ConsoleEnd::kMachineEnded);
}

TEST_F(ConsoleTest, ATerminalThatIsGoneHasLeft) {
  Ends user = terminal();
  auto end = attach(user.theirs, out_.ours);
  say(machine_.theirs, "x");
  EXPECT_EQ(hear(out_.theirs, 1), "x");
  user.ours.reset();
  EXPECT_EQ(end.get().value(), ConsoleEnd::kLeft);
}

TEST_F(ConsoleTest, ASignalEndsItWithTheTerminalPutBack) {
  const Ends user = terminal();
  const tcflag_t before = local_modes(user.theirs);
  std::promise<pthread_t> thread;
  auto end = std::async(std::launch::async, [&] {
    thread.set_value(::pthread_self());
    return attach_console(machine_.ours, user.theirs.get(), out_.ours.get());
  });
  const pthread_t attached = thread.get_future().get();
  say(machine_.theirs, "x");  // once it is shown, signals are held
  EXPECT_EQ(hear(out_.theirs, 1), "x");
  ASSERT_EQ(::pthread_kill(attached, SIGTERM), 0);
  EXPECT_EQ(end.get().value(), ConsoleEnd::kToldToEnd);
  EXPECT_EQ(local_modes(user.theirs), before);
}

TEST_F(ConsoleTest, AMachineThatDoesNotReadIsStillHeard) {
  const Ends user = socket_pair();
  auto end = attach(user.ours, out_.ours);
  const std::string much(1 << 20, 'k');
  auto typing =
      std::async(std::launch::async, [&] { return ::send(user.theirs.get(), much.data(), much.size(), MSG_NOSIGNAL); });
  say(machine_.theirs, "still here");
  EXPECT_EQ(hear(out_.theirs, 10), "still here");
  EXPECT_EQ(hear(machine_.theirs, much.size()), much);
  EXPECT_EQ(typing.get(), static_cast<ssize_t>(much.size()));
  machine_.theirs.reset();
  EXPECT_EQ(end.get().value(), ConsoleEnd::kMachineEnded);
}

TEST_F(ConsoleTest, SaysWhereNothingCanBeShown) {
  const Ends user = terminal();
  out_.ours.reset(::open("/dev/full", O_WRONLY | O_CLOEXEC));
  auto end = attach(user.theirs, out_.ours);
  say(machine_.theirs, "x");
  EXPECT_FALSE(end.get());
}

}  // namespace
}  // namespace provisioner::hypervisor
