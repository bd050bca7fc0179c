#include "provisioner/network/observe_network.h"

#include <gmock/gmock.h>

#include "tests/unit/provisioner/fake_host.h"
#include "tests/unit/provisioner/network/sample_network.h"

namespace provisioner::network {
namespace {

using step::System;
using ::testing::HasSubstr;
using ::testing::SizeIs;

class ObserveNetworkTest : public ::testing::Test {
 protected:
  ObserveNetworkTest() {
    host_.answer("sysctl -n", "0\n");
    host_.answer("nft -s list", "No such file or directory", 1);
    host_.answer("sysrc -i -n", "", 1);
  }
  base::Result<NetworkState> observe(System system = System::kLinux) {
    return observe_network(host_, example_cluster(), *ledger_, system);
  }

  FakeHost host_;
  std::unique_ptr<step::Ledger> ledger_ = std::move(step::Ledger::open(host_, "/made.json").value());
};

TEST_F(ObserveNetworkTest, SeesAnEmptyHost) {
  const NetworkState state = observe().value();
  EXPECT_FALSE(state.exists);
  EXPECT_EQ(state.settings.at("net.ipv4.ip_forward"), "0");
  EXPECT_EQ(state.loaded_rules, "");
  EXPECT_FALSE(state.has_systemd);
}

TEST_F(ObserveNetworkTest, SeesWhatIsThere) {
  host_.answer("ip -j -d address show",
               R"([{"ifname":"em0","flags":["UP"],"addr_info":[{"local":"192.0.2.7","prefixlen":24}]},
                   {"ifname":"bridge1","flags":["UP"],"ifalias":"keepstate:hard-way","linkinfo":{"info_kind":"bridge"},
                    "addr_info":[{"local":"10.10.0.254","prefixlen":24}]}])");
  host_.answer("ip -4 -j route show",
               R"([{"dst":"10.100.0.0/24","gateway":"10.10.0.21","dev":"bridge1","protocol":"107"},
                   {"dst":"10.200.1.0/24","gateway":"192.0.2.9","dev":"em0"}])");
  host_.answer("nft -s list table inet keepstate_n", "table");
  ASSERT_TRUE(host_.make_folder("/run/systemd/system", 0755));
  host_.answer("systemctl is-active systemd-networkd.service", "active\n");
  host_.answer("systemctl is-enabled keepstate-hard-way-nat.service", "disabled\n", 1);
  const NetworkState state = observe().value();
  EXPECT_TRUE(state.exists && state.is_ours && state.is_up);
  EXPECT_THAT(state.addresses, SizeIs(1));
  EXPECT_EQ(state.elsewhere.begin()->second, "em0");
  ASSERT_THAT(state.routes, SizeIs(1));
  EXPECT_EQ(state.routes[0].to.to_string(), "10.100.0.0/24");
  EXPECT_EQ(state.loaded_rules, "table");
  EXPECT_TRUE(state.has_networkd);
  EXPECT_FALSE(state.keeps_rules);
}

TEST_F(ObserveNetworkTest, KnowsItsBridgeThatTheSystemHasBroughtBack) {
  host_.answer("ip -j -d address show",
               R"([{"ifname":"bridge1","flags":["UP"],"linkinfo":{"info_kind":"bridge"},"addr_info":[]}])");
  EXPECT_FALSE(observe().value().is_ours);
  ASSERT_TRUE(ledger_->claim({"bridge", "bridge1"}));
  EXPECT_TRUE(observe().value().is_ours);
  EXPECT_TRUE(observe().value().lacks_mark);
}

TEST_F(ObserveNetworkTest, TakesNothingFromOthers) {
  host_.answer("ip -4 -j route show", R"([{"dst":"10.100.1.0/24","gateway":"192.0.2.9","dev":"em0"}])");
  EXPECT_THAT(observe().error().message, HasSubstr("a route to 10.100.1.0/24 already, via 192.0.2.9 on em0"));
  host_.answer("ip -4 -j route show", "[]");
  host_.answer("ip -j -d address show",
               R"([{"ifname":"bridge1","flags":["UP"],"linkinfo":{"info_kind":"bridge"},
                    "addr_info":[{"local":"10.10.0.254","prefixlen":16}]}])");
  EXPECT_THAT(observe().error().message, HasSubstr("bridge1 has 10.10.0.254/16 already, which we have not put there"));
}

TEST_F(ObserveNetworkTest, RefusesAnotherBridgeWhileOneIsInUse) {
  ASSERT_TRUE(ledger_->claim({"bridge", "br-old"}));
  EXPECT_THAT(observe().error().message, HasSubstr("br-old is this cluster's bridge, and bridge1 is wanted"));
}

TEST_F(ObserveNetworkTest, SeesThatAnotherClusterForwards) {
  EXPECT_FALSE(observe().value().others_forward);
  host_.put("/etc/sysctl.d/60-keepstate-other.conf", "net.ipv4.ip_forward = 1\n");
  EXPECT_TRUE(observe().value().others_forward);
}

TEST_F(ObserveNetworkTest, LooksForTheBridgeThatWasMadeWhereNoneIsWanted) {
  ASSERT_TRUE(ledger_->claim({"bridge", "bridge7"}));
  ASSERT_TRUE(ledger_->claim({"setting", "net.ipv4.ip_forward", "0"}));
  host_.answer("ip -j -d address show",
               R"([{"ifname":"bridge7","flags":[],"linkinfo":{"info_kind":"bridge"},"addr_info":[]}])");
  const auto state = observe_network(host_, without_machines(example_cluster()), *ledger_, System::kLinux).value();
  EXPECT_TRUE(state.exists);
  EXPECT_THAT(state.entries, SizeIs(2));
  EXPECT_TRUE(state.settings.contains("net.ipv4.ip_forward"));
}

TEST_F(ObserveNetworkTest, RefusesAnInterfaceThatIsNoBridgeAndFilesOfOthers) {
  host_.answer("ip -j -d address show", R"([{"ifname":"bridge1","flags":[],"addr_info":[]}])");
  EXPECT_THAT(observe().error().message, HasSubstr("bridge1 is an interface of this host, and no bridge"));
  host_.answer("ip -j -d address show", "[]");
  host_.put("/etc/sysctl.d/60-keepstate-hard-way.conf", "by hand\n");
  EXPECT_THAT(observe().error().message, HasSubstr("is not ours"));
}

TEST_F(ObserveNetworkTest, ReadsRcConfOnFreebsd) {
  host_.answer("sysrc -i -n gateway_enable", "YES\n");
  host_.answer("ifconfig -a", "bridge1: flags=8802<BROADCAST> metric 0\n\tgroups: bridge\n");
  const NetworkState state = observe(System::kFreebsd).value();
  EXPECT_TRUE(state.exists);
  EXPECT_FALSE(state.is_ours);
  EXPECT_EQ(state.variables.at("gateway_enable"), "YES");
  EXPECT_THAT(state.variables, SizeIs(1));
}

}  // namespace
}  // namespace provisioner::network
