#include "lib/base/patient_sink.h"

#include <fcntl.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <poll.h>
#include <spdlog/logger.h>
#include <sys/socket.h>
#include <termios.h>
#include <unistd.h>

#include <array>
#include <csignal>
#include <cstdlib>
#include <memory>
#include <sstream>
#include <stdexcept>
#include <string>
#include <utility>

namespace base {
namespace {

using namespace std::chrono_literals;
using ::testing::EndsWith;
using ::testing::StartsWith;

struct Ends {
  UniqueFd reader;
  UniqueFd writer;
};

Ends pipe_ends() {
  std::array<int, 2> ends{};
  if (::pipe2(ends.data(), O_CLOEXEC) != 0) throw std::runtime_error("no pipe");
  ::fcntl(ends[0], F_SETFL, O_NONBLOCK);
  return {UniqueFd(ends[0]), UniqueFd(ends[1])};
}

Ends socket_ends() {
  std::array<int, 2> ends{};
  if (::socketpair(AF_UNIX, SOCK_STREAM, 0, ends.data()) != 0) throw std::runtime_error("no socket pair");
  ::fcntl(ends[0], F_SETFL, O_NONBLOCK);
  return {UniqueFd(ends[0]), UniqueFd(ends[1])};
}

// What a terminal that was stopped does: nobody reads.
Ends terminal_ends() {
  UniqueFd reader(::posix_openpt(O_RDWR | O_NOCTTY | O_CLOEXEC | O_NONBLOCK));
  if (!reader || ::grantpt(reader.get()) != 0 || ::unlockpt(reader.get()) != 0) throw std::runtime_error("no terminal");
  UniqueFd writer(::open(::ptsname(reader.get()), O_RDWR | O_NOCTTY | O_CLOEXEC));
  termios settings{};
  if (::tcgetattr(writer.get(), &settings) != 0) throw std::runtime_error("no terminal");
  ::cfmakeraw(&settings);  // no \r before \n
  ::tcsetattr(writer.get(), TCSANOW, &settings);
  return {std::move(reader), std::move(writer)};
}

std::string read_all(const UniqueFd& from) {
  std::string text;
  std::array<char, 1 << 16> room{};
  for (ssize_t got = 0; (got = ::read(from.get(), room.data(), room.size())) > 0;) {
    text.append(room.data(), static_cast<std::size_t>(got));
  }
  return text;
}

void wait_for(const UniqueFd& fd, short what) {
  pollfd wanted{.fd = fd.get(), .events = what, .revents = 0};
  ::poll(&wanted, 1, -1);
}

// A terminal passes on what was written when it comes to it. A hang is ended by the test's time limit.
std::string read_until(const UniqueFd& from, std::string_view end) {
  std::string text;
  while (!text.ends_with(end)) {
    wait_for(from, POLLIN);
    text += read_all(from);
  }
  return text;
}

// Both block whoever writes to them without looking: a hang is ended by the test's time limit.
class PatientSinkTest : public testing::TestWithParam<Ends (*)()> {
 protected:
  PatientSinkTest() : logger_("test", std::make_shared<PatientSink>(ends_.writer.get(), 1ms)) {
    logger_.set_pattern("%l %v");
  }
  // Until the descriptor takes no more.
  void fill() {
    for (int i = 0; i < kLines; ++i) logger_.info(line());
  }
  static std::string line() { return std::string(1000, 'x'); }
  // Those that are there whole and those that are said to be dropped; a terminal may have made room now and then.
  static int lines_accounted_for(const std::string& told) {
    int lines = 0;
    std::istringstream in(told);
    for (std::string one; std::getline(in, one);) {
      if (one == "info " + line()) ++lines;
      if (one.starts_with("warning ")) lines += std::stoi(one.substr(std::string("warning ").size()));
    }
    return lines;
  }
  static constexpr int kLines = 2000;

  Ends ends_ = GetParam()();
  spdlog::logger logger_;
};

TEST_P(PatientSinkTest, WritesLines) {
  logger_.info("one");
  logger_.warn("two");
  EXPECT_EQ(read_until(ends_.reader, "two\n"), "info one\nwarning two\n");
}

TEST_P(PatientSinkTest, DropsWhatNobodyTakesAndTellsSoAfterwards) {
  fill();
  std::string told = read_all(ends_.reader);
  EXPECT_THAT(told, StartsWith("info xxx"));
  wait_for(ends_.writer, POLLOUT);
  logger_.info("again");
  told += read_until(ends_.reader, "info again\n");
  EXPECT_THAT(told, EndsWith(" lines of this log were dropped: nobody took them\ninfo again\n"));
  EXPECT_EQ(lines_accounted_for(told), kLines);
  logger_.info("and again");
  EXPECT_EQ(read_until(ends_.reader, "again\n"), "info and again\n");
}

TEST_P(PatientSinkTest, FollowsADescriptorThatIsGivenAnotherMeaning) {
  logger_.info("one");
  const Ends other = pipe_ends();
  ASSERT_EQ(::dup2(other.writer.get(), ends_.writer.get()), ends_.writer.get());
  logger_.info("two");
  EXPECT_EQ(read_until(ends_.reader, "one\n"), "info one\n");
  EXPECT_EQ(read_all(other.reader), "info two\n");
}

TEST_P(PatientSinkTest, OutlivesItsReader) {
  static_cast<void>(std::signal(SIGPIPE, SIG_IGN));
  ends_.reader.reset();
  for (int i = 0; i < 3; ++i) logger_.info("to nobody");
}

INSTANTIATE_TEST_SUITE_P(All, PatientSinkTest, testing::Values(&pipe_ends, &socket_ends, &terminal_ends));

}  // namespace
}  // namespace base
