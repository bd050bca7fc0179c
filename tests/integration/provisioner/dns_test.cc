// Names by a real NSD behind a real Unbound, in a network of the test's own and with an /etc of its own.
#include <gmock/gmock.h>

#include "lib/base/subprocess.h"
#include "lib/cluster/cluster_file.h"
#include "provisioner/dns/plan_dns.h"
#include "provisioner/dns/query.h"
#include "provisioner/step/executor.h"
#include "provisioner/step/system_host.h"
#include "tests/support/name_servers.h"
#include "tests/support/network_namespace.h"
#include "tests/support/temporary_folder.h"

namespace provisioner::dns {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::SizeIs;
using ::testing::UnorderedElementsAre;
using tests::support::run_tool;

constexpr const char* kNamedCluster = R"(
apiVersion: keepstate/v1
kind: Cluster
metadata: {name: lab}
spec:
  domain: lab.home.arpa
  controlPlaneEndpoint: kubernetes.lab.home.arpa:6443
  networking: {podSubnet: 10.100.0.0/16, serviceSubnet: 10.32.0.0/24}
  nodeNetwork: {cidr: 10.10.0.0/24, gateway: 10.10.0.254}
  loadBalancer: {vip: 10.10.0.1}
  machines:
    - {name: controller-0, role: control-plane, address: 10.10.0.11}
    - {name: controller-1, role: control-plane, address: 10.10.0.12}
    - {name: worker-0, role: worker, address: 10.10.0.21}
)";

class NameLab {
 public:
  NameLab() {
    tests::support::cover_etc();
    run_tool({"ip", "address", "add", "10.10.0.254/32", "dev", "lo"});
    tests::support::write_name_servers(folder.path());
  }
  ~NameLab() {
    for (const char* const control : {"nsd-control", "unbound-control"}) {
      static_cast<void>(base::run_captured({control, "stop"}));
    }
  }

  std::vector<step::Change> plan() {
    const auto state = observe_dns(host, cluster, *ledger, step::System::kLinux, options);
    if (!state) {
      ADD_FAILURE() << state.error().message;
      return {};
    }
    return plan_dns(cluster, *state, step::System::kLinux, options).value();
  }
  step::Outcome apply() {
    step::Plan changes = plan();
    return step::carry_out(changes, {host, *ledger, watcher, interrupted});
  }
  std::vector<std::string> asked(const char* name, QueryType type) const {
    const auto answer = ask(base::SocketAddress::parse("10.10.0.254:53").value(), name, type, std::chrono::seconds(10));
    return answer ? *answer : std::vector{answer.error().message};
  }

  step::SystemHost host;
  tests::support::TemporaryFolder folder;
  std::unique_ptr<step::Ledger> ledger = std::move(step::Ledger::open(host, folder.path() / "made.json").value());
  step::SilentWatcher watcher;
  std::atomic<bool> interrupted{false};
  cluster::Cluster cluster = cluster::parse_cluster(kNamedCluster).value().cluster;
  DnsOptions options{.today = std::chrono::year(2026) / 11 / 30};
};

void expect_sound(const step::Outcome& outcome) {
  for (const auto& failure : outcome.failures) ADD_FAILURE() << failure.name << ": " << failure.error.message;
}

TEST(NamesForReal, AreAnsweredByUnboundAndComeBackWhereAChangeFails) {
  if (!tests::support::may_have_own_network()) GTEST_SKIP() << tests::support::kNeedsOwnNetwork;
  tests::support::in_own_network([] {
    NameLab lab;
    expect_sound(lab.apply());
    EXPECT_THAT(lab.asked("controller-1.lab.home.arpa", QueryType::kA), ElementsAre("10.10.0.12"));
    EXPECT_THAT(lab.asked("kubernetes.lab.home.arpa", QueryType::kA), ElementsAre("10.10.0.1"));
    EXPECT_THAT(lab.asked("21.0.10.10.in-addr.arpa", QueryType::kPtr), ElementsAre("worker-0.lab.home.arpa."));
    EXPECT_THAT(lab.asked("_etcd-server-ssl._tcp.lab.home.arpa", QueryType::kSrv),
                UnorderedElementsAre("0 0 2380 controller-0.lab.home.arpa.", "0 0 2380 controller-1.lab.home.arpa."));
    ASSERT_THAT(lab.plan(), SizeIs(1));
    EXPECT_EQ(lab.plan().at(0).action, step::Action::kSame);

    // A machine more: a new zone, while both go on serving.
    const auto before = lab.cluster;
    cluster::Machine& more = lab.cluster.machines.emplace_back(lab.cluster.machines.back());
    more.name = "worker-1";
    more.address = base::IpAddress::parse("10.10.0.22").value();
    expect_sound(lab.apply());
    EXPECT_THAT(lab.asked("worker-1.lab.home.arpa", QueryType::kA), ElementsAre("10.10.0.22"));

    // A resolver's address that this host does not have: nobody answers there, and all comes back.
    const auto with_worker = lab.cluster;
    lab.cluster.node_network->gateway = base::IpAddress::parse("10.10.0.253").value();
    lab.options.patience = std::chrono::milliseconds(100);
    const auto failed = lab.apply();
    ASSERT_THAT(failed.failures, SizeIs(1));
    EXPECT_THAT(failed.failures[0].error.message, HasSubstr("10.10.0.253:53 does not tell"));
    EXPECT_THAT(lab.asked("worker-1.lab.home.arpa", QueryType::kA), ElementsAre("10.10.0.22"));
    lab.cluster = with_worker;
    EXPECT_EQ(lab.plan().at(0).action, step::Action::kSame);

    // NSD is gone: seen, and started again.
    lab.options.patience = std::chrono::seconds(15);
    run_tool({"nsd-control", "stop"});
    run_tool({"unbound-control", "flush_zone", "lab.home.arpa"});
    EXPECT_EQ(lab.plan().at(0).action, step::Action::kChange);
    expect_sound(lab.apply());
    EXPECT_THAT(lab.asked("worker-1.lab.home.arpa", QueryType::kA), ElementsAre("10.10.0.22"));

    lab.cluster.machines.clear();
    expect_sound(lab.apply());
    EXPECT_THAT(lab.ledger->entries(), IsEmpty());
    EXPECT_THAT(lab.host.list("/etc/nsd/nsd.conf.d").value(), IsEmpty());
    EXPECT_THAT(lab.plan(), IsEmpty());
  });
}

}  // namespace
}  // namespace provisioner::dns
