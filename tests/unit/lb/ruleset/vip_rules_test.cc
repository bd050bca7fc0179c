#include "lb/ruleset/vip_rules.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "lib/firewall/dialect.h"

namespace lb::ruleset {
namespace {

using ::testing::HasSubstr;

cluster::Listener api_listener() {
  cluster::Listener listener;
  listener.name = "kube-apiserver";
  listener.address = base::SocketAddress::parse("10.10.0.1:6443").value();
  listener.backends = {{"controller-0", base::SocketAddress::parse("10.10.0.11:6443").value(), 1},
                       {"controller-1", base::SocketAddress::parse("10.10.0.12:6443").value(), 2}};
  return listener;
}

std::string error_of(const cluster::Listener& listener) {
  const auto rules = vip_rules(std::span(&listener, 1));
  return rules ? "no error" : rules.error().message;
}

TEST(VipRules, CarriesListenersOver) {
  cluster::Listener listener = api_listener();
  listener.timeouts.idle = std::chrono::milliseconds(1500);
  const auto rules = vip_rules(std::span(&listener, 1));
  ASSERT_TRUE(rules);
  ASSERT_EQ(rules->spreads.size(), 1U);
  const firewall::Spread& spread = rules->spreads[0];
  EXPECT_EQ(spread.name, "kube-apiserver");
  EXPECT_EQ(spread.address, listener.address);
  EXPECT_EQ(spread.idle, std::chrono::seconds(2));
  ASSERT_EQ(spread.targets.size(), 2U);
  EXPECT_EQ(spread.targets[1].name, "controller-1");
  EXPECT_EQ(spread.targets[1].address, listener.backends[1].address);
  EXPECT_EQ(spread.targets[1].weight, 2U);
}

TEST(VipRules, RendersAsIpfw) {
  const cluster::Listener listener = api_listener();
  const auto text = firewall::render(vip_rules(std::span(&listener, 1)).value(), "ipfw");
  ASSERT_TRUE(text) << text.error().message;
  EXPECT_THAT(*text,
              HasSubstr("prob 0.333333333333 fwd 10.10.0.11 tcp from any to 10.10.0.1 6443 keep-state :keepstate"));
}

TEST(VipRules, LeavesAnotherPortToTheDialect) {
  cluster::Listener listener = api_listener();
  listener.backends[1].address = base::SocketAddress::parse("10.10.0.12:16443").value();
  const auto text = firewall::render(vip_rules(std::span(&listener, 1)).value(), "ipfw");
  ASSERT_FALSE(text);
  EXPECT_THAT(text.error().message, HasSubstr("never the port"));
}

TEST(VipRules, NeedsAVip) {
  cluster::Listener listener = api_listener();
  listener.address = base::SocketAddress::parse("0.0.0.0:6443").value();
  EXPECT_THAT(error_of(listener), HasSubstr("'kube-apiserver' listens on 0.0.0.0:6443, but rules need the address"));
}

TEST(VipRules, NeedsAPositiveWeight) {
  cluster::Listener listener = api_listener();
  for (auto& backend : listener.backends) backend.weight = 0;
  EXPECT_THAT(error_of(listener), HasSubstr("no backend with a weight above 0"));
}

TEST(VipRules, RefusesTheVipAsABackend) {
  cluster::Listener listener = api_listener();
  listener.backends[0].address = base::SocketAddress::parse("10.10.0.1:7443").value();
  EXPECT_THAT(error_of(listener), HasSubstr("backend 'controller-0' has the VIP 10.10.0.1 as its address"));
}

TEST(VipRules, RefusesTwoListenersOfOneAddress) {
  const std::vector<cluster::Listener> twins{api_listener(), api_listener()};
  EXPECT_THAT(vip_rules(twins).error().message, HasSubstr("share the address 10.10.0.1:6443"));
}

}  // namespace
}  // namespace lb::ruleset
