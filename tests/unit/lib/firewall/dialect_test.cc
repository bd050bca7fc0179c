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
  EXPECT_EQ(find_dialect("ipf").error().message, "there is no ruleset format 'ipf'; known: ipfw");
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

}  // namespace
}  // namespace firewall
