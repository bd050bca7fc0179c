#include "lib/firewall/dialect.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "lib/firewall/ipfw.h"

namespace firewall {
namespace {

using ::testing::HasSubstr;

Ruleset one_target(const char* address) {
  const auto vip = base::SocketAddress::parse("10.10.0.1:6443").value();
  const Target target{.name = "controller-0", .address = base::SocketAddress::parse(address).value()};
  return {.name = "keepstate", .spreads = {{.name = "kube-apiserver", .address = vip, .targets = {target}}}};
}

TEST(Dialect, IsFoundByItsName) {
  const auto dialect = find_dialect("ipfw");
  ASSERT_TRUE(dialect);
  EXPECT_EQ(dialect->name, "ipfw");
}

TEST(Dialect, AnUnknownNameIsToldTheKnownOnes) {
  EXPECT_EQ(find_dialect("ipf").error().message,
            "there is no ruleset format 'ipf'; known: ipfw, nftables, iptables, pf");
  EXPECT_FALSE(render(one_target("10.10.0.11:6443"), ""));
}

TEST(Dialect, RendersWhatItsCheckAccepts) {
  const Ruleset ruleset = one_target("10.10.0.11:6443");
  EXPECT_EQ(render(ruleset, "ipfw").value(), render_ipfw(ruleset));
}

TEST(Dialect, DoesNotRenderWhatItsCheckRefuses) {
  const auto refused = render(one_target("10.10.0.11:443"), "ipfw");
  ASSERT_FALSE(refused);
  EXPECT_THAT(refused.error().message, HasSubstr("cannot write the rules for ipfw: kube-apiserver: "));
}

TEST(Dialect, DoesNotRenderUnderAnotherName) {
  Ruleset ruleset = one_target("10.10.0.11:6443");
  ruleset.name = "filter";
  EXPECT_THAT(render(ruleset, "ipfw").error().message, HasSubstr("'filter' cannot mark rules as ours"));
}

TEST(Dialect, KnowsTheProgramsThatTakeIt) {
  const Ruleset ruleset{.name = "keepstate_nat"};
  for (const char* name : {"ipfw", "nftables", "iptables", "pf"}) {
    const auto dialect = find_dialect(name);
    ASSERT_TRUE(dialect) << name;
    EXPECT_THAT(to_text(dialect->check_argv(ruleset, "/a/file")), HasSubstr("/a/file")) << name;
    EXPECT_THAT(to_text(dialect->apply_argv(ruleset, "/a/file")), HasSubstr("/a/file")) << name;
    EXPECT_THAT(to_text(dialect->remove_argv(ruleset)), ::testing::Not(HasSubstr("/a/file"))) << name;
  }
}

}  // namespace
}  // namespace firewall
