#include "lib/firewall/check_ruleset.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/unit/lib/firewall/sample_rulesets.h"

namespace firewall {
namespace {

using ::testing::HasSubstr;

TEST(CheckRuleset, TakesNamesThatEveryDialectTakes) {
  for (const char* name : {"keepstate", "keepstate_nat", "keepstate_0123456"}) {
    EXPECT_EQ(static_cast<bool>(check_ruleset({.name = name})), std::string(name).size() <= 16) << name;
  }
  for (const char* name :
       {"", "nat", "Keepstate", "keepstate ", "keepstatenat", "keepstate_A", "keepstate_\n", "keepstate-x"}) {
    EXPECT_FALSE(check_ruleset({.name = name})) << name;
  }
}

TEST(CheckRuleset, AnInterfaceIsNothingElse) {
  for (const char* name : {"eth0", "em0.100", "br-lan", "vtnet0"}) {
    Ruleset ruleset = one_masquerade_v4();
    ruleset.masquerades[0].uplink = name;
    EXPECT_TRUE(check_ruleset(ruleset)) << name;
  }
  for (const char* name : {"", "eth0 accept", "eth*", "0", "-o", "!eth0", "interface-of-16b", "eth0\"", "em0\nflush"}) {
    Ruleset ruleset = one_masquerade_v4();
    ruleset.masquerades[0].uplink = name;
    ASSERT_FALSE(check_ruleset(ruleset)) << name;
    EXPECT_THAT(check_ruleset(ruleset).error().message, HasSubstr("machines: '"));
  }
}

TEST(CheckRuleset, AMasqueradeHasASource) {
  Ruleset ruleset = one_masquerade_v4();
  ruleset.masquerades[0].sources.clear();
  EXPECT_THAT(check_ruleset(ruleset).error().message, HasSubstr("machines: nothing is named"));
}

TEST(CheckRuleset, WhatIsPrintableEndsNoLineAndNoQuotation) {
  EXPECT_EQ(printable("a\nb\"c\\d\x7f\xc3\xa9"), "a?b?c?d???");
  EXPECT_EQ(printable("controller-0", 4), "cont");
}

}  // namespace
}  // namespace firewall
