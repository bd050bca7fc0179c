#include "lib/cluster/findings.h"

#include <gtest/gtest.h>

namespace cluster {
namespace {

TEST(Findings, SortsByPlaceAndKeepsTheOrderWithinOne) {
  Findings findings;
  findings.error_at({3, 1}, "third");
  findings.error_at({1, 9}, "second");
  findings.place("spec.a", {1, 2});
  findings.error("spec.a", "first");
  findings.warning("spec.a", "also first");
  EXPECT_EQ(to_text(findings.sorted(), "f"), "f:1:2: first\nf:1:2: warning: also first\nf:1:9: second\nf:3:1: third\n");
}

TEST(Findings, PointsAtTheNearestThingAroundWhatIsMissing) {
  Findings findings;
  EXPECT_EQ(findings.where("spec"), (Position{1, 1}));
  findings.place("spec", {3, 3});
  findings.place("spec.machines[1]", {9, 5});
  EXPECT_EQ(findings.where("spec.machines[1].address"), (Position{9, 5}));
  EXPECT_EQ(findings.where("spec.machines[0].address"), (Position{3, 3}));
}

TEST(Findings, RefusesWhatLiesBelowARefusedPath) {
  Findings findings;
  findings.place("spec.machines[1].name", {1, 1});
  findings.place("spec.machines[10].name", {1, 1});
  findings.refuse("spec.machines[1]");
  EXPECT_FALSE(findings.readable("spec.machines[1].name"));
  EXPECT_TRUE(findings.readable("spec.machines[10].name"));
  EXPECT_TRUE(findings.sound("spec.machines"));
  EXPECT_TRUE(findings.sound("spec.machines[2].name"));
  EXPECT_FALSE(findings.readable("spec.machines[2].name"));
  findings.refuse("");
  EXPECT_FALSE(findings.sound("spec"));
}

TEST(Findings, CountsErrorsNotWarnings) {
  Findings findings;
  findings.warning("spec", "hm");
  EXPECT_FALSE(findings.has_errors());
  findings.add({{1, 1, "no"}});
  EXPECT_TRUE(findings.has_errors());
}

}  // namespace
}  // namespace cluster
