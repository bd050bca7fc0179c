#include "provisioner/network/plan_network.h"

#include <gmock/gmock.h>

#include "provisioner/network/load_rules.h"
#include "provisioner/network/observe_network.h"
#include "provisioner/step/executor.h"
#include "tests/unit/provisioner/fake_host.h"
#include "tests/unit/provisioner/network/sample_network.h"

namespace provisioner::network {
namespace {

using step::Action;
using step::System;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;

class PlanNetworkTest : public ::testing::Test {
 protected:
  // "+ bridge bridge1: is not there", a line a difference.
  std::string differences(System system = System::kLinux) {
    std::string text;
    for (const step::Change& change : plan_network(network_of(cluster_), state_, system)) {
      if (change.action == Action::kSame) continue;
      const char sign = change.action == Action::kCreate ? '+' : change.action == Action::kChange ? '~' : '-';
      text += fmt::format("{} {} {}: {}\n", sign, change.kind, change.name, change.why);
    }
    return text;
  }
  std::string steps(System system = System::kLinux) {
    std::string text;
    for (const step::Change& change : plan_network(network_of(cluster_), state_, system)) {
      for (const auto& one : change.steps) text += one->print() + "\n";
    }
    return text;
  }
  // As if `apply` had been here.
  void have_all(System system = System::kLinux) {
    const HostNetwork wanted = network_of(cluster_);
    state_.exists = state_.is_ours = state_.is_up = true;
    state_.addresses = wanted.addresses;
    state_.routes = wanted.routes;
    const bool is_linux = system == System::kLinux;
    state_.settings[is_linux ? "net.ipv4.ip_forward" : "net.inet.ip.forwarding"] = "1";
    state_.loaded_rules = "the listing";
    std::string text;
    for (const auto& file : network_files(wanted, system, BridgeOwner::kOurs)) {
      state_.files.there.emplace(file.path, file.file);
      state_.files.ours.push_back(file.path);
      if (file.path == rules_file("hard-way", system)) text = file.file.content;
    }
    state_.entries = {{"bridge", "bridge1"},
                      {"address", "10.10.0.254/24", "bridge1"},
                      {"address", "10.10.0.1/32", "bridge1"},
                      {"route", "10.100.0.0/24", "10.10.0.21 bridge1"},
                      {"route", "10.100.1.0/24", "10.10.0.22 bridge1"},
                      {"route", "10.100.2.0/24", "10.10.0.23 bridge1"},
                      {"setting", is_linux ? "net.ipv4.ip_forward" : "net.inet.ip.forwarding", "0"},
                      {"nat", wanted.rules->name, seal_of(text, "the listing")}};
    if (is_linux) return;
    const RcConf rc = rc_conf_of(wanted, BridgeOwner::kOurs);
    for (const auto& [name, value] : rc.variables) {
      state_.variables[name] = value;
      state_.entries.push_back({"rc.conf", name});
    }
    for (const auto& [list, word] : rc.words) {
      state_.variables[list] += " " + word;
      state_.entries.push_back({"rc.conf word", fmt::format("{} {}", list, word)});
    }
  }

  cluster::Cluster cluster_ = example_cluster();
  NetworkState state_;
};

TEST_F(PlanNetworkTest, MakesAllOnAnEmptyHost) {
  state_.settings["net.ipv4.ip_forward"] = "0";
  EXPECT_EQ(differences(),
            "+ bridge bridge1: is not there\n"
            "+ address 10.10.0.254/24: is not on bridge1\n"
            "+ address 10.10.0.1/32: is not on bridge1\n"
            "~ setting net.ipv4.ip_forward: is 0, and packets go from one interface to another only with 1\n"
            "+ route 10.100.0.0/24: via 10.10.0.21 is not there\n"
            "+ route 10.100.1.0/24: via 10.10.0.22 is not there\n"
            "+ route 10.100.2.0/24: via 10.10.0.23 is not there\n"
            "+ network file of the host: /etc/systemd/network/60-keepstate-hard-way.netdev is not there, "
            "/etc/systemd/network/60-keepstate-hard-way.link is not there, "
            "/etc/systemd/network/60-keepstate-hard-way.network is not there, "
            "/etc/sysctl.d/60-keepstate-hard-way.conf is not there, /etc/keepstate/hard-way/nat.nft is not there, "
            "/etc/systemd/system/keepstate-hard-way-nat.service is not there\n"
            "+ nat em0: is not loaded\n");
  EXPECT_THAT(steps(), HasSubstr("# remember that bridge bridge1 is ours\nip link add name bridge1 type bridge\n"
                                 "ip link set dev bridge1 alias keepstate:hard-way\nip link set dev bridge1 up\n"));
}

TEST_F(PlanNetworkTest, DoesNothingTwice) {
  have_all();
  EXPECT_EQ(differences(), "");
  EXPECT_EQ(steps(), "");
  state_ = {};
  have_all(System::kFreebsd);
  EXPECT_EQ(differences(System::kFreebsd), "");
}

TEST_F(PlanNetworkTest, PutsRightWhatSomebodyHasChanged) {
  have_all();
  state_.is_up = false;
  state_.addresses[0].prefix_length = 16;
  state_.routes[1].via = base::IpAddress::parse("10.10.0.99").value();
  state_.routes.pop_back();
  state_.settings["net.ipv4.ip_forward"] = "0";
  state_.loaded_rules = "edited";
  EXPECT_EQ(differences(),
            "~ bridge bridge1: is down\n"
            "~ address 10.10.0.254/24: is 10.10.0.254/16 on bridge1\n"
            "~ setting net.ipv4.ip_forward: is 0, and packets go from one interface to another only with 1\n"
            "~ route 10.100.1.0/24: goes via 10.10.0.99 instead of 10.10.0.22\n"
            "+ route 10.100.2.0/24: via 10.10.0.23 is not there\n"
            "~ nat em0: differs from what was loaded\n");
  EXPECT_THAT(steps(), Not(HasSubstr("remember that setting")));  // what was there first stays remembered
}

TEST_F(PlanNetworkTest, FinishesABridgeThatWasNotMarkedYet) {
  have_all();
  state_.lacks_mark = true;
  EXPECT_EQ(differences(), "~ bridge bridge1: has lost our mark\n");  // its files stay
  EXPECT_THAT(steps(), HasSubstr("ip link set dev bridge1 alias keepstate:hard-way\n"));
}

TEST_F(PlanNetworkTest, LeavesABridgeThatIsSomebodyElsesByNow) {
  have_all();
  state_.is_ours = false;
  cluster_ = without_machines(std::move(cluster_));
  EXPECT_THAT(differences(), HasSubstr("- bridge bridge1: is somebody else's by now, and stays\n"));
  EXPECT_THAT(steps(), Not(HasSubstr("ip link delete")));
}

TEST_F(PlanNetworkTest, LeavesABridgeThatTheHostHasMadeAnew) {
  have_all();
  state_.lacks_mark = true;
  state_.addresses = {{base::IpAddress::parse("192.0.2.7").value(), 24}};
  cluster_ = without_machines(std::move(cluster_));
  EXPECT_THAT(steps(), Not(HasSubstr("ip link delete")));
  state_.addresses.clear();
  EXPECT_THAT(steps(), HasSubstr("ip link delete"));
}

TEST_F(PlanNetworkTest, LeavesForwardingToAnotherCluster) {
  have_all();
  state_.others_forward = true;
  cluster_ = without_machines(std::move(cluster_));
  EXPECT_THAT(differences(), HasSubstr("another cluster needs it, so it stays"));
  EXPECT_THAT(steps(), Not(HasSubstr("ip_forward=0")));
}

TEST_F(PlanNetworkTest, LeavesABridgeOfOthersAndAnAddressElsewhereAlone) {
  state_.exists = state_.is_up = true;
  state_.settings["net.ipv4.ip_forward"] = "1";
  state_.elsewhere.emplace(base::IpAddress::parse("10.10.0.1").value(), "lo");
  const std::string text = differences();
  EXPECT_THAT(text, Not(HasSubstr("bridge bridge1")));
  EXPECT_THAT(text, Not(HasSubstr("10.10.0.1/32")));
  EXPECT_THAT(text, HasSubstr("+ address 10.10.0.254/24"));
  EXPECT_THAT(text, Not(HasSubstr("systemd/network")));
}

TEST_F(PlanNetworkTest, TakesAwayAWorkersRouteWithIt) {
  have_all();
  cluster_.machines.pop_back();
  EXPECT_THAT(differences(), HasSubstr("- route 10.100.2.0/24: is wanted no more\n"));
  EXPECT_THAT(steps(), HasSubstr("ip -4 route delete 10.100.2.0/24 via 10.10.0.23 dev bridge1\n"));
}

TEST_F(PlanNetworkTest, TakesAwayAllAndPutsSettingsBack) {
  have_all();
  state_.has_systemd = state_.has_networkd = state_.keeps_rules = true;
  cluster_ = without_machines(std::move(cluster_));
  for (const step::Change& change : plan_network(network_of(cluster_), state_, System::kLinux)) {
    EXPECT_EQ(change.action, Action::kRemove);
    EXPECT_EQ(change.phase, step::Phase::kLast);
  }
  const std::string text = steps();
  EXPECT_TRUE(text.starts_with("systemctl disable keepstate-hard-way-nat.service\n")) << text;
  EXPECT_THAT(text, HasSubstr("sysctl -q -w net.ipv4.ip_forward=0\n"));
  EXPECT_THAT(text, HasSubstr("nft 'add table inet keepstate_n"));
  EXPECT_TRUE(text.ends_with("ip link delete dev bridge1\n# forget bridge bridge1\n")) << text;
}

TEST_F(PlanNetworkTest, EnablesTheUnitOfTheRules) {
  have_all();
  state_.has_systemd = true;
  EXPECT_EQ(differences(), "~ nat em0: would not come back after a reboot\n");
  EXPECT_EQ(steps(), "systemctl enable keepstate-hard-way-nat.service\n");
}

TEST_F(PlanNetworkTest, KeepsRcConfInStep) {
  have_all(System::kFreebsd);
  state_.variables["gateway_enable"] = "NO";
  state_.variables["static_routes"] = "mine";
  EXPECT_EQ(differences(System::kFreebsd),
            "~ rc.conf gateway_enable: is \"NO\" instead of \"YES\"\n"
            "+ rc.conf word static_routes ks_hard_way_0: is not there\n"
            "+ rc.conf word static_routes ks_hard_way_1: is not there\n"
            "+ rc.conf word static_routes ks_hard_way_2: is not there\n");
  cluster_ = without_machines(std::move(cluster_));
  const std::string text = steps(System::kFreebsd);
  EXPECT_THAT(text, HasSubstr("sysrc -x ifconfig_bridge1\n"));
  EXPECT_THAT(text, HasSubstr("sysrc cloned_interfaces-=bridge1\n"));
  EXPECT_TRUE(text.ends_with("ifconfig bridge1 destroy\n# forget bridge bridge1\n")) << text;
}

}  // namespace
}  // namespace provisioner::network
