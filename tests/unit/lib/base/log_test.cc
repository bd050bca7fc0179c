#include "lib/base/log.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <functional>
#include <thread>
#include <vector>

namespace base {
namespace {

using ::testing::HasSubstr;
using ::testing::MatchesRegex;

std::string written(Log::Level level, const std::function<void(const Log&)>& act) {
  testing::internal::CaptureStderr();
  act(Log(level));
  return testing::internal::GetCapturedStderr();
}

void say_everything(const Log& log) {
  log.debug("d {}", 1);
  log.info("i {}", 2);
  log.warn("w {}", 3);
  log.error("e {}", 4);
}

std::size_t lines_at(Log::Level level) {
  const std::string text = written(level, say_everything);
  return static_cast<std::size_t>(std::count(text.begin(), text.end(), '\n'));
}

TEST(Log, WritesTimeLevelAndTextToStandardError) {
  EXPECT_THAT(written(Log::Level::kInfo, [](const Log& log) { log.info("backend {} is {}", "a", "up"); }),
              MatchesRegex("[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}\\.[0-9]{3}[+-][0-9]{2}:[0-9]{2} info "
                           "backend a is up\n"));
}

TEST(Log, LeavesOutWhatIsBelowItsLevel) {
  EXPECT_EQ(lines_at(Log::Level::kDebug), 4U);
  EXPECT_EQ(lines_at(Log::Level::kInfo), 3U);
  EXPECT_EQ(lines_at(Log::Level::kWarn), 2U);
  EXPECT_EQ(lines_at(Log::Level::kError), 1U);
  EXPECT_EQ(lines_at(Log::Level::kOff), 0U);
  EXPECT_THAT(written(Log::Level::kError, say_everything), HasSubstr(" error e 4"));
}

TEST(Log, SaysWhetherDebugIsWorthTheWork) {
  EXPECT_TRUE(Log(Log::Level::kDebug).debug_enabled());
  EXPECT_FALSE(Log(Log::Level::kInfo).debug_enabled());
  EXPECT_FALSE(Log(Log::Level::kOff).debug_enabled());
}

TEST(Log, KeepsTheLinesOfManyThreadsApart) {
  const std::string text = written(Log::Level::kInfo, [](const Log& log) {
    std::vector<std::thread> threads;
    for (int i = 0; i < 4; ++i) {
      threads.emplace_back([&log] {
        for (int line = 0; line < 100; ++line) log.info("one whole line");
      });
    }
    for (auto& thread : threads) thread.join();
  });
  std::size_t whole = 0;
  for (std::size_t at = text.find(" info one whole line\n"); at != std::string::npos;
       at = text.find(" info one whole line\n", at + 1)) {
    ++whole;
  }
  EXPECT_EQ(whole, 400U);
}

TEST(LogLevel, KnowsItsNames) {
  EXPECT_EQ(Log::parse_level("debug"), Log::Level::kDebug);
  EXPECT_EQ(Log::parse_level("info"), Log::Level::kInfo);
  EXPECT_EQ(Log::parse_level("warn"), Log::Level::kWarn);
  EXPECT_EQ(Log::parse_level("error"), Log::Level::kError);
  EXPECT_EQ(Log::parse_level("off"), Log::Level::kOff);
  for (const char* name : {"", "Info", "warning", "trace", "info "}) EXPECT_FALSE(Log::parse_level(name)) << name;
}

}  // namespace
}  // namespace base
