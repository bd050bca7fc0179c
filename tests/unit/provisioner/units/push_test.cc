#include "provisioner/units/push.h"

#include <gmock/gmock.h>

#include "provisioner/step/executor.h"
#include "tests/unit/provisioner/fake_host.h"
#include "tests/unit/provisioner/fake_workplace.h"
#include "tests/unit/provisioner/units/sample_units.h"

namespace provisioner::units {
namespace {

using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::Not;

class PushTest : public ::testing::Test {
 protected:
  enum class Etcd { kFresh, kMember };

  [[nodiscard]] PushTarget target(std::size_t index, Etcd etcd = Etcd::kMember) const {
    PushTarget target{cluster_.machines.at(index), machine_units(cluster_, cluster_.machines.at(index)).value(), {}};
    target.state.has_etcd_member = etcd == Etcd::kMember;
    return target;
  }
  [[nodiscard]] step::Plan plan(const std::vector<PushTarget>& targets) const {
    auto plan = plan_push(cluster_, targets, {.cluster_file = "/root/cluster.yaml", .pki_folder = "/root/pki"});
    EXPECT_TRUE(plan) << plan.error().message;
    return std::move(plan.value());
  }
  static std::vector<std::string> names(const step::Plan& plan) {
    std::vector<std::string> names;
    for (const auto& change : plan) names.push_back(change.name);
    return names;
  }
  static bool waits(const step::Change& change) {
    return std::any_of(change.steps.begin(), change.steps.end(),
                       [](const auto& step) { return step->print().find("# wait for the units") == 0; });
  }

  cluster::Cluster cluster_ = units_cluster();
};

TEST_F(PushTest, BringsFilesThenKeysThenRestartsThenWaits) {
  FakeWorkplace place;
  place.host().answer("ssh", "placed /etc/a\n");
  const auto changes = plan({target(3)});
  ASSERT_EQ(changes.size(), 1U);
  for (const auto& step : changes.at(0).steps) ASSERT_TRUE(step->carry_out(place));
  const auto calls = place.host().calls();
  ASSERT_EQ(calls.size(), 5U);
  EXPECT_THAT(calls.at(0), HasSubstr("files unveil"));
  EXPECT_EQ(calls.at(1), "keepstate-pki bundle worker-0 -c /root/cluster.yaml --out /root/pki");
  EXPECT_THAT(calls.at(2), HasSubstr("tar -xpf -"));
  EXPECT_THAT(calls.at(2), HasSubstr("worker-0-pki/install.sh"));
  EXPECT_THAT(calls.at(3), HasSubstr("consider_all"));
  EXPECT_THAT(calls.at(4), HasSubstr("limit=180"));
  EXPECT_THAT(place.told, Contains("placed /etc/a"));
}

// What keepstate-pki prints is what ssh reads; nothing of ours sees it.
TEST_F(PushTest, LetsKeysPassWithoutATemporary) {
  FakeWorkplace place;
  place.host().answer("keepstate-pki bundle", "the tar");
  std::string received;
  place.host().react("ssh", [&](const step::Command& command) {
    if (command.input == "the tar") received = command.argv.back();
    return base::Output{};
  });
  for (const auto& change : plan({target(0)})) {
    for (const auto& step : change.steps) {
      ASSERT_TRUE(step->carry_out(place));
      EXPECT_THAT(step->print(), Not(HasSubstr("the tar")));
    }
  }
  EXPECT_THAT(received, HasSubstr("mktemp -d /run/keepstate-push."));
  EXPECT_THAT(place.host().files(), ::testing::IsEmpty());
}

TEST_F(PushTest, GoesOnToTheNextControllerOnceTheOneBeforeIsUp) {
  const auto changes = plan({target(3), target(1), target(0)});
  EXPECT_THAT(names(changes), ElementsAre("controller-1", "controller-0", "kube-apiserver to kubelets", "worker-0"));
  for (const auto& change : changes) EXPECT_EQ(waits(change), change.kind == "units") << change.name;
  for (const auto& change : changes) EXPECT_EQ(change.machine, "") << "one row, one after the other";
}

TEST_F(PushTest, StartsANewEtcdTogether) {
  const auto changes = plan({target(0, Etcd::kFresh), target(1, Etcd::kFresh), target(3)});
  EXPECT_THAT(names(changes),
              ElementsAre("controller-0", "controller-1", "control plane", "kube-apiserver to kubelets", "worker-0"));
  EXPECT_FALSE(waits(changes.at(0)));
  EXPECT_FALSE(waits(changes.at(1)));
  EXPECT_EQ(changes.at(2).steps.size(), 2U);
}

TEST_F(PushTest, DoesNotWaitForAMajorityThatCannotBe) {
  const auto changes = plan({target(0, Etcd::kFresh)});
  EXPECT_THAT(names(changes), ElementsAre("controller-0"));
  EXPECT_FALSE(waits(changes.at(0)));
  EXPECT_THAT(changes.at(0).why, HasSubstr("etcd waits for a majority of its 3 members: push the others too"));
}

TEST_F(PushTest, WaitsForAMemberThatStandsAlone) {
  cluster_.machines.erase(cluster_.machines.begin() + 1, cluster_.machines.begin() + 3);
  EXPECT_TRUE(waits(plan({target(0, Etcd::kFresh)}).at(0)));
}

TEST_F(PushTest, WaitsForAMemberThatJoins) {
  cluster_.kubernetes.etcd.initial_cluster_state = cluster::InitialClusterState::kExisting;
  EXPECT_TRUE(waits(plan({target(0, Etcd::kFresh)}).at(0)));
}

TEST_F(PushTest, TellsWhatDiffers) {
  auto one = target(3);
  EXPECT_EQ(plan({one}).at(0).why, "keys are compared there");
  one.state.files = {
      {"/etc/a", FileCondition::kMissing}, {"/etc/b", FileCondition::kSame}, {"/etc/c", FileCondition::kDiffers}};
  one.state.units = {{"kubelet", "failed", "enabled"}, {"kube-proxy", "inactive", "disabled"}};
  EXPECT_EQ(plan({one}).at(0).why,
            "/etc/a is not there, /etc/c differs, kubelet is failed and 1 more; keys are compared there");
}

TEST_F(PushTest, BeginsNothingWhereSomethingIsInTheWay) {
  auto foreign = target(3);
  foreign.state.files = {{"/etc/x", FileCondition::kForeign}};
  auto lacking = target(4);
  lacking.state.missing_programs = {"/usr/local/bin/kubelet", "/opt/cni/bin/bridge"};
  EXPECT_EQ(plan_push(cluster_, {target(0), foreign}, {}).error().message,
            "on worker-0 there is /etc/x, which we did not write; move it away there, and push again");
  EXPECT_EQ(plan_push(cluster_, {lacking}, {}).error().message,
            "on worker-1 there is no /usr/local/bin/kubelet, no /opt/cni/bin/bridge; install what is missing there "
            "first (spec.kubernetes.binaries says where)");
}

TEST_F(PushTest, StopsWhereOneStepFails) {
  FakeWorkplace place;
  place.host().answer("keepstate-pki bundle", "ca.pem is missing", 1);
  const auto changes = plan({target(0)});
  ASSERT_TRUE(changes.at(0).steps.at(0)->carry_out(place));
  ASSERT_TRUE(changes.at(0).steps.at(1)->carry_out(place));
  EXPECT_THAT(changes.at(0).steps.at(2)->carry_out(place).error().message,
              ::testing::EndsWith("ended with exit code 1: ca.pem is missing"));
}

}  // namespace
}  // namespace provisioner::units
