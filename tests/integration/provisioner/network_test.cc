// The host's network on a real kernel: made, looked at, mended and taken away again, in networks of the test's own.
#include <gmock/gmock.h>
#include <sys/socket.h>

#include <thread>

#include "lib/base/subprocess.h"
#include "lib/cluster/cluster_file.h"
#include "provisioner/network/observe_network.h"
#include "provisioner/network/plan_network.h"
#include "provisioner/step/executor.h"
#include "provisioner/step/system_host.h"
#include "tests/support/empty_folder.h"
#include "tests/support/network_namespace.h"
#include "tests/support/seen_as.h"
#include "tests/support/tcp.h"
#include "tests/support/temporary_folder.h"

namespace provisioner::network {
namespace {

using step::System;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;
using tests::support::NetworkNamespace;
using tests::support::run_tool;
using tests::support::Visit;

constexpr const char* kCluster = R"(
apiVersion: keepstate/v1
kind: Cluster
metadata: {name: lab}
spec:
  networking: {podSubnet: 10.100.0.0/16, serviceSubnet: 10.32.0.0/24}
  nodeNetwork: {cidr: 10.10.0.0/24, gateway: 10.10.0.254, bridge: br-lab, uplink: up0}
  loadBalancer: {vip: 10.10.0.1}
  machines:
    - {name: worker-0, role: worker, address: 10.10.0.21, podCIDR: 10.100.0.0/24}
    - {name: worker-1, role: worker, address: 10.10.0.22, podCIDR: 10.100.1.0/24}
)";

std::string said_by(const std::vector<std::string>& words) {
  const auto output = base::run_captured(words);
  return output ? output->out + output->err : output.error().message;
}

// A host with an uplink into a world that knows nothing of the host's networks. All in the calling thread.
class Lab {
 public:
  explicit Lab() : world(NetworkNamespace::make()), machine(NetworkNamespace::make()) {
    tests::support::cover_folder("/etc");
    const std::string to_world = world.path();
    run_tool({"ip", "link", "add", "up0", "type", "veth", "peer", "name", "eth0", "netns", to_world.c_str()});
    run_tool({"ip", "address", "add", "192.0.2.1/24", "dev", "up0"});
    run_tool({"ip", "link", "set", "up0", "up"});
    const Visit there(world);
    run_tool({"ip", "address", "add", "192.0.2.2/24", "dev", "eth0"});
    run_tool({"ip", "link", "set", "eth0", "up"});
  }

  // What is different, "+ bridge br-lab" and so on; carried out.
  std::string apply() {
    auto plan = plan_now();
    std::string text;
    for (const step::Change& change : plan) {
      if (change.action != step::Action::kSame) text += change.kind + " " + change.name + ": " + change.why + "\n";
    }
    const std::atomic<bool> interrupted{false};
    step::SilentWatcher nobody;
    const step::Outcome outcome = step::carry_out(plan, {host, *ledger, nobody, interrupted});
    for (const auto& failure : outcome.failures) ADD_FAILURE() << failure.name << ": " << failure.error.message;
    return text;
  }

  // Worker-0 in a network of its own, on the bridge.
  void plug_machine_in() {
    const std::string to_machine = machine.path();
    run_tool({"ip", "link", "add", "tap0", "type", "veth", "peer", "name", "eth0", "netns", to_machine.c_str()});
    run_tool({"ip", "link", "set", "tap0", "master", "br-lab", "up"});
    const Visit there(machine);
    run_tool({"ip", "address", "add", "10.10.0.21/24", "dev", "eth0"});
    run_tool({"ip", "address", "add", "10.100.0.1/32", "dev", "lo"});
    run_tool({"ip", "link", "set", "eth0", "up"});
    run_tool({"ip", "route", "add", "default", "via", "10.10.0.254"});
  }

  step::SystemHost host;
  tests::support::TemporaryFolder folder;
  std::unique_ptr<step::Ledger> ledger = std::move(step::Ledger::open(host, folder.path() / "made.json").value());
  cluster::Cluster cluster = cluster::parse_cluster(kCluster).value().cluster;
  NetworkNamespace world;
  NetworkNamespace machine;

 private:
  step::Plan plan_now() {
    const auto state = observe_network(host, cluster, *ledger, System::kLinux);
    if (!state) {
      ADD_FAILURE() << state.error().message;
      return {};
    }
    return plan_network(network_of(cluster), *state, System::kLinux);
  }
};

void in_a_lab(const std::function<void(Lab&)>& body) {
  tests::support::in_own_network([&] {
    Lab lab;
    body(lab);
  });
}

class HostNetworkForReal : public ::testing::Test {
 protected:
  void SetUp() override {
    if (!tests::support::may_have_own_network()) GTEST_SKIP() << tests::support::kNeedsOwnNetwork;
  }
};

TEST_F(HostNetworkForReal, IsMadeOnceAndGoesWithoutATrace) {
  in_a_lab([](Lab& lab) {
    const std::string links = said_by({"ip", "-o", "link"});
    const std::string routes = said_by({"ip", "route"});
    EXPECT_THAT(lab.apply(), HasSubstr("bridge br-lab: is not there\n"));
    EXPECT_THAT(said_by({"ip", "link", "show", "br-lab"}), HasSubstr("alias keepstate:lab"));
    EXPECT_THAT(said_by({"ip", "-4", "address", "show", "br-lab"}), HasSubstr("inet 10.10.0.254/24"));
    EXPECT_THAT(said_by({"ip", "-4", "address", "show", "br-lab"}), HasSubstr("inet 10.10.0.1/32"));
    EXPECT_THAT(said_by({"ip", "route"}), HasSubstr("10.100.1.0/24 via 10.10.0.22 dev br-lab proto 107"));
    EXPECT_THAT(said_by({"nft", "list", "ruleset"}), HasSubstr("masquerade"));
    EXPECT_EQ(lab.apply(), "");

    lab.cluster.machines.clear();
    lab.apply();
    EXPECT_EQ(said_by({"ip", "-o", "link"}), links);
    EXPECT_EQ(said_by({"ip", "route"}), routes);
    EXPECT_EQ(said_by({"nft", "list", "ruleset"}), "");
    EXPECT_EQ(said_by({"sysctl", "-n", "net.ipv4.ip_forward"}), "0\n");
    EXPECT_THAT(lab.ledger->entries(), IsEmpty());
    EXPECT_EQ(said_by({"find", "/etc", "-type", "f"}), "");
    EXPECT_EQ(lab.apply(), "");
  });
}

TEST_F(HostNetworkForReal, LetsMachinesAndPodsOutAsTheHost) {
  in_a_lab([](Lab& lab) {
    lab.apply();
    lab.plug_machine_in();
    EXPECT_EQ(tests::support::seen_as(lab.machine, lab.world, "192.0.2.2"), "192.0.2.1");
    base::UniqueFd pod;
    {
      const Visit there(lab.machine);
      pod = tests::support::listen_on(base::SocketAddress::parse("10.100.0.1:0").value());
    }
    EXPECT_TRUE(tests::support::connect_to(tests::support::local_address(pod)));  // by its route
  });
}

TEST_F(HostNetworkForReal, IsMendedWhereSomebodyHasChangedIt) {
  in_a_lab([](Lab& lab) {
    lab.apply();
    run_tool({"ip", "route", "delete", "10.100.0.0/24"});
    run_tool({"ip", "address", "delete", "10.10.0.1/32", "dev", "br-lab"});
    run_tool({"sysctl", "-q", "-w", "net.ipv4.ip_forward=0"});
    const std::string table = lab.ledger->of_kind("nat").at(0).name;
    run_tool({"nft", "add", "rule", "inet", table.c_str(), "forward", "drop"});
    const std::string mended = lab.apply();
    EXPECT_THAT(mended, HasSubstr("route 10.100.0.0/24: via 10.10.0.21 is not there\n"));
    EXPECT_THAT(mended, HasSubstr("address 10.10.0.1/32: is not on br-lab\n"));
    EXPECT_THAT(mended, HasSubstr("setting net.ipv4.ip_forward"));
    EXPECT_THAT(mended, HasSubstr("nat up0: differs from what was loaded\n"));
    EXPECT_THAT(said_by({"nft", "list", "ruleset"}), Not(HasSubstr("drop")));
    EXPECT_EQ(lab.apply(), "");
  });
}

TEST_F(HostNetworkForReal, TakesAWorkersRouteAwayWithIt) {
  in_a_lab([](Lab& lab) {
    lab.apply();
    lab.cluster.machines.pop_back();
    EXPECT_THAT(lab.apply(), HasSubstr("route 10.100.1.0/24: is wanted no more\n"));
    EXPECT_THAT(said_by({"ip", "route"}), Not(HasSubstr("10.100.1.0/24")));
    EXPECT_THAT(said_by({"ip", "route"}), HasSubstr("10.100.0.0/24"));
    EXPECT_EQ(lab.apply(), "");
  });
}

TEST_F(HostNetworkForReal, UsesABridgeOfOthersAndLeavesItThere) {
  in_a_lab([](Lab& lab) {
    run_tool({"ip", "link", "add", "name", "br-lab", "type", "bridge"});
    run_tool({"ip", "address", "add", "10.10.0.254/24", "dev", "br-lab"});
    run_tool({"ip", "link", "set", "br-lab", "up"});
    const std::string before = said_by({"ip", "-4", "address", "show", "br-lab"});
    EXPECT_THAT(lab.apply(), Not(HasSubstr("10.10.0.254")));
    EXPECT_EQ(lab.apply(), "");
    lab.cluster.machines.clear();
    lab.apply();
    EXPECT_EQ(said_by({"ip", "-4", "address", "show", "br-lab"}), before);
  });
}

}  // namespace
}  // namespace provisioner::network
