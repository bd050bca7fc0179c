#include "lb/access_log/log_file.h"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <csignal>
#include <cstdio>
#include <filesystem>

#include "lib/base/file_system.h"
#include "tests/support/temporary_folder.h"

namespace lb::access_log {
namespace {

using namespace std::chrono_literals;

class LogFileTest : public testing::Test {
 protected:
  [[nodiscard]] std::string path(const std::string& name = "access.log") const {
    return (folder_.path() / name).string();
  }
  [[nodiscard]] std::string content(const std::string& name = "access.log") const {
    return base::read_file(path(name)).value_or("cannot be read");
  }
  [[nodiscard]] base::UniqueFd reader() const {
    return base::UniqueFd(::open(path().c_str(), O_RDONLY | O_NONBLOCK | O_CLOEXEC));
  }
  // 0, or why not all was written.
  [[nodiscard]] int write(LogFile& file, std::string_view lines, std::chrono::milliseconds patience = 0ms) const {
    return file.write(lines, clock_, clock_.now() + patience).error;
  }
  static std::string lines_of(std::size_t bytes) {
    std::string lines;
    while (lines.size() < bytes) lines += std::string(100, 'x') + "\n";
    return lines;
  }
  static std::string read_some(const base::UniqueFd& from) {
    std::array<char, 1 << 17> room{};
    const ssize_t got = ::read(from.get(), room.data(), room.size());
    return {room.data(), static_cast<std::size_t>(std::max<ssize_t>(got, 0))};
  }

  base::SystemClock clock_;
  tests::support::TemporaryFolder folder_;
};

TEST_F(LogFileTest, AppendsToWhatIsThere) {
  ASSERT_TRUE(base::write_file(path(), "before\n", 0600));
  auto file = LogFile::open(path());
  ASSERT_TRUE(file) << file.error().message;
  EXPECT_EQ(write(*file, "one\ntwo\n"), 0);
  EXPECT_EQ(write(*file, "three\n"), 0);
  EXPECT_EQ(content(), "before\none\ntwo\nthree\n");
}

TEST_F(LogFileTest, MakesAFileThatOthersCannotRead) {
  const mode_t old = ::umask(0);
  const auto file = LogFile::open(path());
  ::umask(old);
  struct stat status {};
  ASSERT_EQ(::stat(path().c_str(), &status), 0);
  EXPECT_EQ(status.st_mode & 0777U, 0640U);
}

TEST_F(LogFileTest, IsOpenedAgainAfterItWasRenamed) {
  auto file = LogFile::open(path());
  ASSERT_EQ(write(*file, "one\n"), 0);
  std::filesystem::rename(path(), path("old"));
  ASSERT_EQ(write(*file, "two\n"), 0);
  ASSERT_TRUE(file->reopen());
  ASSERT_EQ(write(*file, "three\n"), 0);
  EXPECT_EQ(content("old"), "one\ntwo\n");
  EXPECT_EQ(content(), "three\n");
}

TEST_F(LogFileTest, GoesOnWithTheOldFileWhenThereIsNoNewOne) {
  std::filesystem::create_directory(path("folder"));
  auto file = LogFile::open(path("folder/a.log"));
  std::filesystem::rename(path("folder"), path("moved"));
  const auto reopened = file->reopen();
  ASSERT_FALSE(reopened);
  EXPECT_EQ(reopened.error().message, "cannot open the access log " + path("folder/a.log") +
                                          ": No such file or directory; make its folder: mkdir -p " + path("folder"));
  EXPECT_EQ(write(*file, "one\n"), 0);
  EXPECT_EQ(content("moved/a.log"), "one\n");
}

TEST_F(LogFileTest, SaysWhyItCannotBeOpened) {
  const auto folder = LogFile::open(folder_.path().string());
  ASSERT_FALSE(folder);
  EXPECT_EQ(folder.error().message, "cannot open the access log " + folder_.path().string() +
                                        ": Is a directory; it is a folder; name a file in it");
  ASSERT_EQ(::mkfifo(path().c_str(), 0600), 0);
  const auto pipe = LogFile::open(path());
  ASSERT_FALSE(pipe);
  EXPECT_NE(pipe.error().message.find("it is a pipe that nobody reads; start the reader first"), std::string::npos)
      << pipe.error().message;
}

TEST_F(LogFileTest, IsCheckedWithoutBeingMade) {
  EXPECT_TRUE(LogFile::check(path()));
  EXPECT_FALSE(std::filesystem::exists(path()));
  EXPECT_TRUE(LogFile::check("stdout"));
  const auto missing = LogFile::check(path("missing/a.log"));
  ASSERT_FALSE(missing);
  EXPECT_EQ(missing.error().message, "accessLog.file: the folder of " + path("missing/a.log") +
                                         " is not there; make its folder: mkdir -p " + path("missing"));
  EXPECT_FALSE(LogFile::check(folder_.path().string()));
}

TEST_F(LogFileTest, WritesToStandardOutputAndOpensNothingInstead) {
  std::array<int, 2> ends{};
  ASSERT_EQ(::pipe2(ends.data(), O_CLOEXEC | O_NONBLOCK), 0);
  const base::UniqueFd reading(ends[0]);
  const base::UniqueFd writing(ends[1]);
  std::fflush(stdout);
  const base::UniqueFd before(::dup(STDOUT_FILENO));
  ASSERT_EQ(::dup2(writing.get(), STDOUT_FILENO), STDOUT_FILENO);
  auto file = LogFile::open("stdout");
  const int first = file ? write(*file, "one\n") : -1;
  const bool reopened = file && file->reopen();
  const int second = file ? write(*file, "two\n") : -1;
  ASSERT_EQ(::dup2(before.get(), STDOUT_FILENO), STDOUT_FILENO);
  EXPECT_EQ(first, 0);
  EXPECT_TRUE(reopened);
  EXPECT_EQ(second, 0);
  EXPECT_EQ(read_some(reading), "one\ntwo\n");
  EXPECT_FALSE(std::filesystem::exists("stdout"));
}

// A pipe whose reader does nothing: it takes what it has room for, in whole lines.
TEST_F(LogFileTest, IsNotHeldUpByAReaderThatDoesNothing) {
  ASSERT_EQ(::mkfifo(path().c_str(), 0600), 0);
  const base::UniqueFd reading = reader();
  auto file = LogFile::open(path());
  ASSERT_TRUE(file) << file.error().message;
  const std::string lines = lines_of(std::size_t{1} << 22);
  const LogFile::Written written = file->write(lines, clock_, clock_.now() + 1ms);
  EXPECT_EQ(written.error, ETIMEDOUT);
  std::string taken;
  for (std::string some = read_some(reading); !some.empty(); some = read_some(reading)) taken += some;
  EXPECT_EQ(written.bytes, taken.size());
  EXPECT_EQ(lines.substr(0, taken.size()), taken);
  EXPECT_TRUE(taken.ends_with('\n'));
  EXPECT_EQ(write(*file, "next\n"), 0);
  EXPECT_EQ(read_some(reading), "next\n");
}

// A piece that is taken does not begin the waiting anew: when the time is up, only what is taken at once is.
TEST_F(LogFileTest, HasOneDeadlineForAll) {
  class Hasty final : public base::Clock {  // a minute passes between two looks at it
   public:
    [[nodiscard]] base::SteadyTime now() const noexcept override { return now_ += 1min; }

   private:
    mutable base::SteadyTime now_{1h};
  };
  ASSERT_EQ(::mkfifo(path().c_str(), 0600), 0);
  const base::UniqueFd reading = reader();
  auto file = LogFile::open(path());
  ASSERT_TRUE(file) << file.error().message;
  const auto before = std::chrono::steady_clock::now();
  EXPECT_EQ(file->write(lines_of(std::size_t{1} << 22), Hasty(), base::SteadyTime{1h} + 5min).error, ETIMEDOUT);
  EXPECT_LT(std::chrono::steady_clock::now() - before, 1min);
}

// As a disk does that is full.
TEST_F(LogFileTest, BeginsANewLineBehindOneThatWasCut) {
  rlimit before{};
  ASSERT_EQ(::getrlimit(RLIMIT_FSIZE, &before), 0);
  static_cast<void>(std::signal(SIGXFSZ, SIG_IGN));
  auto file = LogFile::open(path());
  ASSERT_TRUE(file) << file.error().message;
  const rlimit small{.rlim_cur = 10, .rlim_max = before.rlim_max};
  ASSERT_EQ(::setrlimit(RLIMIT_FSIZE, &small), 0);
  const LogFile::Written written = file->write("one\ntwo\nthree\n", clock_, clock_.now());
  ASSERT_EQ(::setrlimit(RLIMIT_FSIZE, &before), 0);
  EXPECT_EQ(written.error, EFBIG);
  EXPECT_EQ(written.bytes, 10U);
  EXPECT_EQ(write(*file, "next\n"), 0);
  EXPECT_EQ(content(), "one\ntwo\nth\nnext\n");
}

}  // namespace
}  // namespace lb::access_log
