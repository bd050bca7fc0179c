#include "provisioner/plan/world.h"

#include <gmock/gmock.h>

#include "tests/unit/provisioner/plan/cluster_host.h"

namespace provisioner::plan {
namespace {

using ::testing::AllOf;
using ::testing::Contains;
using ::testing::Each;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;

class WorldTest : public ::testing::Test {
 protected:
  base::Result<step::Plan> plan(const cluster::Cluster& cluster) {
    const auto world = observe_world(host_, cluster, *ledger_, {});
    if (!world) return base::Failure(world.error());
    return plan_world(cluster, *world, {});
  }
  // "create bridge bridge1", but for what is as it should be.
  static std::vector<std::string> to_do(const step::Plan& plan) {
    std::vector<std::string> lines;
    for (const step::Change& change : plan) {
      if (change.action != step::Action::kSame) lines.push_back(change.kind + " " + change.name);
    }
    return lines;
  }

  LabHost host_;
  std::unique_ptr<step::Ledger> ledger_ = std::move(step::Ledger::open(host_, "/srv/lab/made.json").value());
  cluster::Cluster cluster_ = lab_cluster();
};

TEST_F(WorldTest, PlansNetworkThenNamesThenMachines) {
  const auto all = plan(cluster_);
  ASSERT_TRUE(all) << all.error().message;
  const auto lines = to_do(*all);
  const auto at = [&](const std::string& line) { return std::find(lines.begin(), lines.end(), line) - lines.begin(); };
  EXPECT_THAT(lines,
              AllOf(Contains("bridge bridge1"), Contains("route 10.100.0.0/24"), Contains("hosts block /etc/hosts"),
                    Contains("machine controller-0"), Contains("machine worker-0")));
  EXPECT_LT(at("bridge bridge1"), at("hosts block /etc/hosts"));
  EXPECT_LT(at("hosts block /etc/hosts"), at("machine worker-0"));
}

TEST_F(WorldTest, OnlyLooks) {
  const auto before = host_.files();
  ASSERT_TRUE(plan(cluster_));
  EXPECT_EQ(host_.files(), before);
  EXPECT_THAT(host_.calls(), Each(Not(AllOf(HasSubstr("ip link"), HasSubstr("add")))));
}

TEST_F(WorldTest, OfNothingMadeThereIsNothingToDestroy) {
  const auto none = plan(emptied(cluster_));
  ASSERT_TRUE(none) << none.error().message;
  EXPECT_THAT(to_do(*none), IsEmpty());
}

TEST_F(WorldTest, DestroysWhatTheLedgerHas) {
  ASSERT_TRUE(ledger_->claim({hypervisor::kMachineKind, "old", hypervisor::kQemuDetail}));
  const auto none = plan(emptied(cluster_));
  ASSERT_TRUE(none) << none.error().message;
  EXPECT_THAT(to_do(*none), Contains("machine old"));
}

TEST_F(WorldTest, KeepsTheHostsPartAndTheMachinesThatWereNamed) {
  auto all = plan(cluster_).value();
  keep_only(all, {"worker-0"});
  EXPECT_THAT(to_do(all),
              AllOf(Contains("bridge bridge1"), Contains("machine worker-0"), Not(Contains("machine controller-0"))));
}

TEST_F(WorldTest, PlansPowerAndSizeOfSingleMachines) {
  const auto state = observe_machines(host_, cluster_, *ledger_, {}).value();
  EXPECT_THAT(to_do(plan_power(cluster_, state, {}, hypervisor::PowerWish::kOn, {"worker-0"})),
              Contains("machine worker-0"));
  EXPECT_THAT(to_do(plan_resize(cluster_, state, {}, {"worker-0"})), Not(Contains("machine controller-0")));
  EXPECT_TRUE(check_room(cluster_, state));
  host_.put("/proc/meminfo", "MemTotal: 1000 kB\nMemAvailable: 900 kB\n");
  EXPECT_FALSE(check_room(cluster_, observe_machines(host_, cluster_, *ledger_, {}).value()));
}

TEST_F(WorldTest, RefusesAHypervisorThatTheSystemDoesNotHave) {
  using cluster::HypervisorKind;
  cluster_.hypervisor.kind = HypervisorKind::kCbsd;
  EXPECT_THAT(plan(cluster_).error().message, HasSubstr("cbsd is FreeBSD's"));
  EXPECT_EQ(hypervisor_of(cluster_, step::System::kFreebsd), HypervisorKind::kCbsd);
  cluster_.hypervisor.kind = HypervisorKind::kQemu;
  EXPECT_THAT(hypervisor_of(cluster_, step::System::kFreebsd).error().message, HasSubstr("need Linux"));
  cluster_.hypervisor.kind = HypervisorKind::kAuto;
  EXPECT_EQ(hypervisor_of(cluster_, step::System::kFreebsd), HypervisorKind::kCbsd);
}

}  // namespace
}  // namespace provisioner::plan
