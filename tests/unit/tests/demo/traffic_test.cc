#include "tests/demo/traffic.h"

#include <gtest/gtest.h>

namespace tests::demo {
namespace {

TEST(Traffic, AddsTalliesAndKeepsTheFirstFailure) {
  Tally tally;
  tally.answered = {{"a", 2}};
  tally.slowest = std::chrono::microseconds{5};
  Tally other;
  other.answered = {{"a", 1}, {"b", 3}};
  other.failed = 2;
  other.first_failure = "refused";
  other.slowest = std::chrono::microseconds{3};
  tally.add(other);
  tally.add(Tally{{}, 1, "later", {}, {}});
  EXPECT_EQ(tally.answered_by("a"), 3U);
  EXPECT_EQ(tally.answered_by("nobody"), 0U);
  EXPECT_EQ(tally.failed, 3U);
  EXPECT_EQ(tally.requests(), 9U);
  EXPECT_EQ(tally.first_failure, "refused");
  EXPECT_EQ(tally.slowest.count(), 5);
}

TEST(Traffic, ReadsTheServersName) {
  EXPECT_EQ(server_in(R"({"gitVersion":"v1","server":"api-0"})"), "api-0");
  EXPECT_EQ(server_in(R"({"gitVersion":"v1"})"), "");
  EXPECT_EQ(server_in("ok"), "");
}

}  // namespace
}  // namespace tests::demo
