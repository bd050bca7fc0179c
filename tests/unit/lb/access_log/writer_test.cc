#include "lb/access_log/writer.h"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <sys/stat.h>

#include <algorithm>
#include <array>
#include <atomic>
#include <csignal>
#include <filesystem>
#include <thread>

#include "lib/base/file_system.h"
#include "tests/support/temporary_folder.h"
#include "tests/unit/lb/access_log/some_record.h"

namespace lb::access_log {
namespace {

class WriterTest : public testing::Test {
 protected:
  void SetUp() override { static_cast<void>(std::signal(SIGPIPE, SIG_IGN)); }

  [[nodiscard]] std::string path(const std::string& name = "access.log") const {
    return (folder_.path() / name).string();
  }
  [[nodiscard]] std::unique_ptr<Writer> start() {
    auto writer = Writer::start({.file = path()}, clock_, log_);
    return writer ? *std::move(writer) : nullptr;
  }
  // A hang is ended by the test's time limit.
  template <class Condition>
  static void wait_until(Condition condition) {
    while (!condition()) std::this_thread::yield();
  }
  [[nodiscard]] std::ptrdiff_t lines(const std::string& name = "access.log") const {
    const std::string text = base::read_file(path(name)).value_or("");
    return std::ranges::count(text, '\n');
  }
  [[nodiscard]] Record record() const {
    Record record = some_record();
    record.time = clock_.now();
    return record;
  }

  base::SystemClock clock_;
  base::Log log_{base::Log::Level::kOff};
  tests::support::TemporaryFolder folder_;
};

TEST_F(WriterTest, WritesWhatEveryWorkerHasPushed) {
  const auto writer = start();
  ASSERT_NE(writer, nullptr);
  for (std::size_t worker = 0; worker < 3; ++worker) {
    for (int i = 0; i < 100; ++i) writer->ring(worker).push(record());
  }
  wait_until([&] { return lines() == 300; });
  EXPECT_EQ(writer->dropped(), 0U);
  EXPECT_EQ(writer->lost(), 0U);
}

TEST_F(WriterTest, WritesWhatIsLeftWhenItEnds) {
  auto writer = start();
  Ring& ring = writer->ring(0);
  for (std::size_t i = 0; i < Ring::kRecords; ++i) ring.push(record());
  writer.reset();
  EXPECT_EQ(lines(), static_cast<std::ptrdiff_t>(Ring::kRecords));
}

TEST_F(WriterTest, TellsTheTimeByTheCalendar) {
  const auto before = std::chrono::floor<std::chrono::milliseconds>(std::chrono::system_clock::now());
  auto writer = start();
  writer->ring(0).push(record());
  writer.reset();
  const auto after = std::chrono::system_clock::now();
  const std::string text = base::read_file(path()).value_or("");
  const auto text_of = [](auto time) {
    Record record = some_record();
    std::string line;
    Lines(cluster::AccessLogFormat::kLogfmt).append(line, record, time);
    return line.substr(0, line.find(' '));
  };
  const std::string time = text.substr(0, text.find(' '));
  // The two clocks are not read in the same moment.
  EXPECT_GE(time, text_of(before - std::chrono::milliseconds{5}));
  EXPECT_LE(time, text_of(after + std::chrono::milliseconds{5}));
}

TEST_F(WriterTest, OpensTheFileAgain) {
  const auto writer = start();
  writer->ring(0).push(record());
  wait_until([&] { return lines() == 1; });
  std::filesystem::rename(path(), path("old"));
  writer->reopen();
  wait_until([&] { return std::filesystem::exists(path()); });
  writer->ring(0).push(record());
  wait_until([&] { return lines() == 1; });
  EXPECT_EQ(lines("old"), 1);
}

TEST_F(WriterTest, CountsWhatTheFileDoesNotTakeAndGoesOnWhenItDoesAgain) {
  ASSERT_EQ(::mkfifo(path().c_str(), 0600), 0);
  base::UniqueFd reader(::open(path().c_str(), O_RDONLY | O_NONBLOCK | O_CLOEXEC));
  const auto writer = start();
  ASSERT_NE(writer, nullptr);
  reader.reset();
  writer->ring(0).push(record());
  writer->ring(0).push(record());
  wait_until([&] { return writer->lost() == 2; });
  reader.reset(::open(path().c_str(), O_RDONLY | O_NONBLOCK | O_CLOEXEC));
  writer->ring(0).push(record());
  std::array<char, 4096> room{};
  wait_until([&] { return ::read(reader.get(), room.data(), room.size()) > 0; });
  EXPECT_EQ(writer->lost(), 2U);
  EXPECT_EQ(writer->dropped(), 0U);
}

// What the pipe took before it was full was written, and is not counted as lost.
TEST_F(WriterTest, CountsOnlyWhatWasNotWritten) {
  ASSERT_EQ(::mkfifo(path().c_str(), 0600), 0);
  const base::UniqueFd reader(::open(path().c_str(), O_RDONLY | O_NONBLOCK | O_CLOEXEC));
  auto writer = start();
  ASSERT_NE(writer, nullptr);
  constexpr std::uint64_t kLines = 2000;  // a few times what a pipe holds
  for (std::uint64_t i = 0; i < kLines; ++i) writer->ring(0).push(record());
  wait_until([&] { return writer->lost() > 0; });
  std::uint64_t whole = 0;
  std::array<char, 1 << 16> room{};
  wait_until([&] {
    const ssize_t got = ::read(reader.get(), room.data(), room.size());
    if (got > 0) whole += static_cast<std::uint64_t>(std::count(room.data(), room.data() + got, '\n'));
    return whole + writer->lost() >= kLines;
  });
  EXPECT_EQ(whole + writer->lost(), kLines);
  EXPECT_GT(whole, 0U);
  EXPECT_EQ(writer->dropped(), 0U);
}

// A reader that always takes a little, and a clock that goes on when it is looked at.
TEST_F(WriterTest, EndsInTimeAlthoughItsReaderIsSlow) {
  class LookedAt final : public base::Clock {
   public:
    [[nodiscard]] base::SteadyTime now() const noexcept override {
      return base::SteadyTime{std::chrono::hours{1} + ++looks_ * std::chrono::milliseconds{20}};
    }
    [[nodiscard]] int looks() const noexcept { return looks_; }

   private:
    mutable std::atomic<int> looks_{0};
  };
  ASSERT_EQ(::mkfifo(path().c_str(), 0600), 0);
  const base::UniqueFd reader(::open(path().c_str(), O_RDONLY | O_NONBLOCK | O_CLOEXEC));
  const LookedAt clock;
  auto writer = Writer::start({.file = path()}, clock, log_);
  ASSERT_TRUE(writer) << writer.error().message;
  Ring& ring = (*writer)->ring(0);
  for (std::size_t i = 0; i < Ring::kRecords; ++i) ring.push(record());
  std::atomic<bool> ended{false};
  std::ptrdiff_t whole = 0;
  std::thread reading([&] {
    std::array<char, 4096> room{};
    for (int seen = 0; !ended;) {
      wait_until([&] { return clock.looks() != seen || ended; });
      seen = clock.looks();
      const ssize_t got = ::read(reader.get(), room.data(), room.size());
      if (got > 0) whole += std::count(room.data(), room.data() + got, '\n');
    }
    for (ssize_t got = 0; (got = ::read(reader.get(), room.data(), room.size())) > 0;) {
      whole += std::count(room.data(), room.data() + got, '\n');
    }
  });
  writer->reset();
  ended = true;
  reading.join();
  EXPECT_GT(whole, 0);
  EXPECT_LT(whole, static_cast<std::ptrdiff_t>(Ring::kRecords / 2));
}

TEST_F(WriterTest, IsAnErrorWhereTheFileCannotBeHad) {
  const auto writer = Writer::start({.file = path("missing/a.log")}, clock_, log_);
  ASSERT_FALSE(writer);
  EXPECT_NE(writer.error().message.find("make its folder: mkdir -p"), std::string::npos) << writer.error().message;
}

}  // namespace
}  // namespace lb::access_log
