#include "lib/firewall/ipfw_masquerade.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "lib/firewall/ipfw.h"
#include "tests/unit/lib/firewall/golden_file.h"
#include "tests/unit/lib/firewall/sample_rulesets.h"

namespace firewall {
namespace {

using ::testing::HasSubstr;

TEST(IpfwMasquerade, OneNetwork) {
  ASSERT_TRUE(check_ipfw(one_masquerade_v4()));
  expect_golden(render_ipfw(one_masquerade_v4()), "ipfw_masquerade.rules");
}

TEST(IpfwMasquerade, EachHasItsOwnNumbersAndInstance) {
  Ruleset ruleset = one_masquerade_v4();
  ruleset.masquerades.push_back({.name = "pods", .sources = {network("10.100.0.0/16")}, .uplink = "em1"});
  const std::string text = render_ipfw(ruleset);
  EXPECT_THAT(text, HasSubstr("nat 501 config if em1 same_ports reset\nadd 504 set 31 nat 501 ip4 from any to me in"));
  EXPECT_THAT(text,
              HasSubstr("add 505 set 31 nat 501 ip4 from 10.100.0.0/16 to any out xmit em1 // keepstate_nat: pods\n"));
}

TEST(IpfwMasquerade, IsRemovedByItsSetAndNumbers) {
  EXPECT_EQ(to_text(ipfw_remove_argv(one_masquerade_v4())),
            "ipfw -q -f set 31 delete 500-599; ipfw -q -f nat 500 delete");
  EXPECT_EQ(to_text(ipfw_apply_argv(one_masquerade_v4(), "/a/file")), "ipfw -q -f /a/file")
      << "the file itself removes what was there";
  EXPECT_TRUE(ipfw_masquerade_remove_argv({.name = "keepstate"}).empty());
  EXPECT_EQ(render_ipfw_masquerades({.name = "keepstate"}), "");
}

TEST(IpfwMasquerade, RefusesIpv6) {
  EXPECT_THAT(check_ipfw(two_masquerades()).error().message,
              HasSubstr("ipfw's NAT knows IPv4 alone and cannot hide fd00::/64"));
}

TEST(IpfwMasquerade, RefusesNumbersThatWouldWrap) {
  Ruleset ruleset = one_masquerade_v4();
  for (const Numbers numbers : {Numbers{.first_rule = 0}, Numbers{.first_rule = 65500}, Numbers{.set = 32}}) {
    ruleset.numbers = numbers;
    EXPECT_THAT(check_ipfw(ruleset).error().message, HasSubstr("ipfw's rules go from 1 to 65534")) << numbers.set;
  }
  ruleset.numbers = {.first_rule = 500, .set = 31};
  ruleset.masquerades.assign(26, ruleset.masquerades[0]);
  EXPECT_THAT(check_ipfw(ruleset).error().message, HasSubstr("26 masquerades, but room for 25"));
}

TEST(IpfwMasquerade, NotesAreNoLongerThanIpfwTakes) {
  Ruleset ruleset = one_masquerade_v4();
  ruleset.masquerades[0].name = std::string(200, 'x') + "\nflush";
  const std::string text = render_ipfw(ruleset);
  EXPECT_EQ(text.find("\nflush"), std::string::npos);
  for (std::size_t at = text.find(" // "); at != std::string::npos; at = text.find(" // ", at + 1)) {
    EXPECT_LE(text.find('\n', at) - at, 4 + 80U);
  }
}

}  // namespace
}  // namespace firewall
