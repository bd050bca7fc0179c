#include "tests/demo/report.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace tests::demo {
namespace {

using testing::HasSubstr;

Places three_places() {
  Places places;
  places.members = {{"a", "127.0.0.11", {}, 1}, {"b", "127.0.0.12", {}, 1}, {"c", "127.0.0.13", {}, 2}};
  return places;
}

Tally tally_of(unsigned a, unsigned b, unsigned c) {
  Tally tally;
  tally.answered = {{"a", a}, {"b", b}, {"c", c}};
  return tally;
}

TEST(Report, ShowsTheSplitBesideTheWeights) {
  EXPECT_EQ(split_table(three_places(), tally_of(10, 9, 21), ""),
            "     a  weight 1  expected  10  observed  10  ██████████\n"
            "     b  weight 1  expected  10  observed   9  █████████\n"
            "     c  weight 2  expected  20  observed  21  █████████████████████\n");
}

TEST(Report, GivesTheShareOfTheDeadToTheOthers) {
  const std::string table = split_table(three_places(), tally_of(20, 20, 0), "c");
  EXPECT_THAT(table, HasSubstr("a  weight 1  expected  20  observed  20"));
  EXPECT_THAT(table, HasSubstr("c  killed    expected   0  observed   0"));
}

TEST(Report, CountsFailuresAsRequests) {
  Tally tally = tally_of(1, 2, 3);
  tally.failed = 4;
  tally.slowest = std::chrono::microseconds{4249};
  EXPECT_EQ(summary(tally), "10 requests, 4 failed, slowest 4.2 ms");
}

TEST(Report, TellsAnUnfairSplitFromAFairOne) {
  EXPECT_DOUBLE_EQ(chi_squared(three_places(), tally_of(100, 100, 200), ""), 0);
  EXPECT_NEAR(chi_squared(three_places(), tally_of(110, 95, 195), ""), 1.375, 1e-9);
  EXPECT_GT(chi_squared(three_places(), tally_of(134, 133, 133), ""), 27.6);
}

TEST(Report, PicksTheTellingLines) {
  const std::string metrics =
      "# HELP keepstate_lb_backend_up x\nkeepstate_lb_backend_up{backend=\"a\"} 1\nother 3\n"
      "keepstate_lb_connections_total{backend=\"a\"} 10\n";
  EXPECT_EQ(telling_lines(metrics),
            "     keepstate_lb_backend_up{backend=\"a\"} 1\n     keepstate_lb_connections_total{backend=\"a\"} 10\n");
  EXPECT_FALSE(tells_of_a_backend_down(metrics));
  EXPECT_TRUE(tells_of_a_backend_down("keepstate_lb_backend_up{backend=\"a\"} 0\n"));
}

}  // namespace
}  // namespace tests::demo
