#include "lib/base/duration.h"

#include <gtest/gtest.h>

namespace base {
namespace {

using namespace std::chrono_literals;

TEST(Duration, ReadsEveryUnitAndTheirSum) {
  EXPECT_EQ(parse_duration("500ms"), 500ms);
  EXPECT_EQ(parse_duration("2s"), 2s);
  EXPECT_EQ(parse_duration("5m"), 5min);
  EXPECT_EQ(parse_duration("1h"), 1h);
  EXPECT_EQ(parse_duration("1h30m"), 90min);
  EXPECT_EQ(parse_duration("1h2m3s4ms"), 1h + 2min + 3s + 4ms);
  EXPECT_EQ(parse_duration("90s"), 90s);
  EXPECT_EQ(parse_duration("0s"), 0s);
}

TEST(Duration, RefusesWhatIsAmbiguousOrNoDuration) {
  for (const char* text :
       {"", "2", "s", "2 s", " 2s", "2s ", "1.5h", "2S", "2d", "30m1h", "1h1h", "1h30", "two", "+2s"}) {
    const auto duration = parse_duration(text);
    ASSERT_FALSE(duration) << text;
    EXPECT_EQ(duration.error().message,
              fmt::format("'{}' is not a duration; write a number and a unit, as 500ms, 2s, 5m or 1h30m", text));
  }
}

TEST(Duration, RefusesNegativeAndEndlessOnes) {
  EXPECT_EQ(parse_duration("-2s").error().message, "'-2s' is negative; write a duration as 500ms, 2s, 5m or 1h30m");
  for (const char* text : {"878401h", "878400h1ms", "99999999999999999999s", "18446744073709551615h"}) {
    const auto duration = parse_duration(text);
    ASSERT_FALSE(duration) << text;
    EXPECT_EQ(duration.error().message, fmt::format("'{}' is too long a duration; a century is the most", text));
  }
  EXPECT_EQ(parse_duration("878400h"), 878400h);
}

TEST(Duration, PrintsWhatItReads) {
  for (const char* text : {"0s", "1ms", "500ms", "2s", "1m30s", "5m", "1h", "1h30m", "1h2m3s4ms", "720h"}) {
    EXPECT_EQ(duration_text(*parse_duration(text)), text);
  }
}

}  // namespace
}  // namespace base
