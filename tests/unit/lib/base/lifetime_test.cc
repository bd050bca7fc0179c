#include "lib/base/lifetime.h"

#include <gtest/gtest.h>

namespace base {
namespace {

using std::chrono::hours;

TEST(Lifetime, ReadsYearsDaysAndHours) {
  EXPECT_EQ(parse_lifetime("10y").value(), hours(10 * 365 * 24));
  EXPECT_EQ(parse_lifetime("30d").value(), hours(30 * 24));
  EXPECT_EQ(parse_lifetime("1h").value(), hours(1));
  EXPECT_EQ(parse_lifetime("100y").value(), hours(100 * 365 * 24));
}

TEST(Lifetime, RefusesEverythingElse) {
  for (const char* text : {"", "y", "1", "1m", "1s", "1 y", " 1y", "1y1d", "1.5y", "-1y", "+1y", "0x1y", "1Y"}) {
    const auto read = parse_lifetime(text);
    ASSERT_FALSE(read) << text;
    EXPECT_EQ(read.error().message,
              fmt::format("'{}' is not a lifetime; write a number and a unit, as 12h, 30d or 1y", text));
  }
}

TEST(Lifetime, HasLimits) {
  EXPECT_EQ(parse_lifetime("0d").error().message, "'0d' is too short a lifetime; an hour (1h) is the least");
  for (const char* text : {"101y", "36501d", "876001h", "99999999999999999999y"}) {
    EXPECT_EQ(parse_lifetime(text).error().message,
              fmt::format("'{}' is too long a lifetime; a century (100y) is the most", text));
  }
}

TEST(Lifetime, IsWrittenAsShortAsItCanBeRead) {
  for (const char* text : {"10y", "364d", "366d", "25h", "1h"}) {
    EXPECT_EQ(lifetime_text(parse_lifetime(text).value()), text);
  }
  EXPECT_EQ(lifetime_text(hours(48)), "2d");
  EXPECT_EQ(lifetime_text(hours(0)), "0h");
}

}  // namespace
}  // namespace base
