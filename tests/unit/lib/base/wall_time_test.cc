#include "lib/base/wall_time.h"

#include <gtest/gtest.h>

namespace base {
namespace {

WallTime at(std::int64_t since_1970) {
  return WallTime(std::chrono::milliseconds{since_1970});
}

TEST(WallTime, IsWrittenInUtcWithMilliseconds) {
  EXPECT_EQ(rfc3339(at(0)), "1970-01-01T00:00:00.000Z");
  EXPECT_EQ(rfc3339(at(1'795'453'883'045)), "2026-11-23T17:11:23.045Z");
  EXPECT_EQ(rfc3339(at(951'782'400'999)), "2000-02-29T00:00:00.999Z");
}

TEST(WallTime, BeforeTheEpochCountsDownwards) {
  EXPECT_EQ(rfc3339(at(-1)), "1969-12-31T23:59:59.999Z");
}

}  // namespace
}  // namespace base
