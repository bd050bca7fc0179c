#include "provisioner/dns/plan_dns.h"

#include <gmock/gmock.h>

#include "lib/cluster/cluster_file.h"
#include "provisioner/step/executor.h"
#include "tests/unit/provisioner/fake_host.h"

namespace provisioner::dns {
namespace {

using step::Action;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;
using ::testing::SizeIs;

constexpr std::chrono::sys_days kFirstDay = std::chrono::year(2026) / 11 / 30;
constexpr const char* kZoneFile = "/etc/nsd/keepstate-hard-way/something.local.zone";

class PlanDnsTest : public ::testing::Test {
 protected:
  PlanDnsTest() {
    cluster_.node_network->gateway = base::IpAddress::parse("127.0.0.1").value();  // where nobody answers
    host_.put("/etc/nsd/nsd.conf", "server:\ninclude: \"/etc/nsd/nsd.conf.d/*.conf\"\n");
    host_.put("/etc/unbound/unbound.conf", "include-toplevel: \"/etc/unbound/unbound.conf.d/*.conf\"\n");
    host_.put("/etc/hosts", "127.0.0.1 localhost\n");
  }
  base::Result<DnsState> observe() { return observe_dns(host_, cluster_, *ledger_, step::System::kLinux, options_); }
  std::vector<step::Change> plan() {
    return plan_dns(cluster_, observe().value(), step::System::kLinux, options_).value();
  }
  // Without asking anybody, which a host in memory cannot.
  step::Outcome apply() {
    step::Plan changes = plan();
    for (step::Change& change : changes) {
      if (!change.steps.empty() && change.steps.back()->print().starts_with("# each of these")) change.steps.pop_back();
    }
    host_.forget_calls();
    return step::carry_out(changes, {host_, *ledger_, watcher_, interrupted_});
  }

  FakeHost host_;
  std::unique_ptr<step::Ledger> ledger_ = std::move(step::Ledger::open(host_, "/made.json").value());
  step::SilentWatcher watcher_;
  std::atomic<bool> interrupted_{false};
  cluster::Cluster cluster_ = cluster::load_cluster(KEEPSTATE_SOURCE_DIR "/configs/cluster.yaml").value().cluster;
  DnsOptions options_{.today = kFirstDay, .port = 1};
};

TEST_F(PlanDnsTest, MakesZonesAndBothConfigurations) {
  const auto changes = plan();
  ASSERT_THAT(changes, SizeIs(1));
  EXPECT_EQ(changes[0].kind, "dns");
  EXPECT_EQ(changes[0].action, Action::kCreate);
  EXPECT_THAT(changes[0].why, HasSubstr("something.local.zone is not there"));
  EXPECT_THAT(changes[0].steps.back()->print(), HasSubstr("kubernetes.something.local. A    10.10.0.1"));
  EXPECT_TRUE(apply().ok());
  EXPECT_THAT(host_.content(kZoneFile), HasSubstr("2026113000 ; serial"));
  EXPECT_THAT(host_.calls(), ::testing::Contains(HasSubstr("nsd-checkzone something.local. ")));
  EXPECT_THAT(host_.calls(), ::testing::Contains(HasSubstr("unbound-control stop")));
}

TEST_F(PlanDnsTest, TellsOnlyOfNewZonesWhereNoMoreIsNew) {
  ASSERT_TRUE(apply().ok());
  cluster_.machines.pop_back();
  ASSERT_TRUE(apply().ok());
  EXPECT_THAT(host_.calls(), ::testing::Contains(HasSubstr("nsd-control reload")));
  EXPECT_THAT(host_.calls(), ::testing::Contains(HasSubstr("unbound-control flush_zone something.local")));
  EXPECT_THAT(host_.calls(), Not(::testing::Contains(::testing::StartsWith("sh -c 'if"))));
  EXPECT_THAT(host_.content(kZoneFile), HasSubstr("2026113001 ; serial"));
}

TEST_F(PlanDnsTest, AsksAgainWhereFilesAreRightAndNamesAreNot) {
  ASSERT_TRUE(apply().ok());
  const auto changes = plan();
  ASSERT_THAT(changes, SizeIs(1));
  EXPECT_EQ(changes[0].action, Action::kChange);
  EXPECT_THAT(changes[0].why, HasSubstr("asked for ns.something.local., 127.0.0.1:1 does not tell"));
}

TEST_F(PlanDnsTest, TakesAllAwayAgain) {
  const auto before = host_.files();
  ASSERT_TRUE(apply().ok());
  cluster_.machines.clear();
  EXPECT_EQ(plan().at(0).action, Action::kRemove);
  EXPECT_EQ(plan().at(0).phase, step::Phase::kLast);  // machines go first, whatever servers say
  EXPECT_TRUE(apply().ok());
  EXPECT_EQ(host_.files(), before);
  EXPECT_THAT(plan(), IsEmpty());
}

TEST_F(PlanDnsTest, WantsServersThatReadItsParts) {
  host_.put("/etc/nsd/nsd.conf", "# include: \"/etc/nsd/nsd.conf.d/*.conf\"\nserver:\n");
  EXPECT_THAT(observe().error().message,
              HasSubstr("/etc/nsd/nsd.conf does not include /etc/nsd/nsd.conf.d/keepstate-hard-way.conf; add the line\n"
                        "  include: \"/etc/nsd/nsd.conf.d/*.conf\""));
  ASSERT_TRUE(host_.remove("/etc/nsd/nsd.conf"));
  EXPECT_THAT(observe().error().message, HasSubstr("install nsd, or write dns: {provider: hosts}"));
}

TEST_F(PlanDnsTest, KeepsABlockInHostsAndNothingElse) {
  cluster_.dns.provider = cluster::DnsProvider::kHosts;
  ASSERT_THAT(plan(), SizeIs(1));
  EXPECT_EQ(plan().at(0).action, Action::kCreate);
  ASSERT_TRUE(apply().ok());
  EXPECT_THAT(host_.content("/etc/hosts"),
              ::testing::StartsWith("127.0.0.1 localhost\n# Made by keepstate-provisioner"));
  EXPECT_THAT(host_.content("/etc/hosts"), HasSubstr("\n10.10.0.21 worker-0.something.local worker-0\n"));
  EXPECT_THAT(host_.content("/etc/hosts"), HasSubstr("\n10.10.0.1 kubernetes.something.local\n"));
  EXPECT_EQ(plan().at(0).action, Action::kSame);
  cluster_.machines.pop_back();
  EXPECT_EQ(plan().at(0).action, Action::kChange);
  cluster_.dns.provider = cluster::DnsProvider::kNone;
  EXPECT_EQ(plan().at(0).action, Action::kRemove);
  ASSERT_TRUE(apply().ok());
  EXPECT_EQ(host_.content("/etc/hosts"), "127.0.0.1 localhost\n");
  EXPECT_THAT(ledger_->entries(), IsEmpty());
}

TEST_F(PlanDnsTest, RefusesABlockThatSomebodyHasEdited) {
  cluster_.dns.provider = cluster::DnsProvider::kHosts;
  ASSERT_TRUE(apply().ok());
  std::string text = host_.content("/etc/hosts");
  text.resize(text.rfind("# Made by"));
  host_.put("/etc/hosts", text);
  EXPECT_THAT(plan_dns(cluster_, observe().value(), step::System::kLinux, options_).error().message,
              HasSubstr("are not as they were written"));
}

}  // namespace
}  // namespace provisioner::dns
