#include "provisioner/hypervisor/plan_machine.h"

#include <gmock/gmock.h>

#include "provisioner/hypervisor/machine_unit.h"
#include "tests/unit/provisioner/hypervisor/sample_state.h"

namespace provisioner::hypervisor {
namespace {

using step::Action;
using ::testing::AllOf;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;
using ::testing::StartsWith;

class PlanMachineTest : public ::testing::Test {
 protected:
  MachinePlan plan() { return {cluster_, cluster_.machines[1], state_, options_}; }

  cluster::Cluster cluster_ = sample_cluster();
  QemuOptions options_;
  QemuState state_ = state_with_all(cluster_);
  QemuMachineState& worker_ = state_.machines[1];
};

TEST_F(PlanMachineTest, WhatIsAsItShouldBeStays) {
  const step::Change change = plan().make();
  EXPECT_EQ(change.action, Action::kSame);
  EXPECT_EQ(change.why, "");
  EXPECT_THAT(change.steps, IsEmpty());
}

TEST_F(PlanMachineTest, MakesOneFromNothing) {
  state_ = state_with_nothing(cluster_);
  const step::Change change = plan().make();
  EXPECT_EQ(change.action, Action::kCreate);
  EXPECT_EQ(change.kind, "machine");
  EXPECT_EQ(change.machine, "worker-0");
  EXPECT_EQ(change.phase, step::Phase::kMachine);
  EXPECT_EQ(change.why, "is not there");
  EXPECT_THAT(
      printed(change),
      ElementsAre("# remember that machine worker-0 is ours", "mkdir -p -m 0700 /srv/x/machines/worker-0",
                  HasSubstr("user-data"), StartsWith("qemu-img create"), HasSubstr("that tap ks"),
                  StartsWith("ip tuntap add"), StartsWith("ip link set"), HasSubstr("master bridge1 up"),
                  AllOf(HasSubstr("setsid /usr/bin/qemu-system-x86_64"), Not(HasSubstr("systemctl"))),
                  AllOf(HasSubstr("wait at most 10m"), HasSubstr("10.10.0.21"), HasSubstr("cloud-init status"))));
}

TEST_F(PlanMachineTest, GoesOnWhereAnEarlierRunStopped) {
  worker_.disk.reset();
  worker_.running.reset();
  worker_.is_ready = false;
  const step::Change change = plan().make();
  EXPECT_EQ(change.action, Action::kChange);
  EXPECT_EQ(change.why, "has no disk; is off");
  EXPECT_THAT(printed(change),
              ElementsAre(StartsWith("qemu-img create"), HasSubstr("setsid"), HasSubstr("wait at most")));
}

TEST_F(PlanMachineTest, WaitsForOneThatNobodyWaitedFor) {
  worker_.is_ready = false;
  const step::Change change = plan().make();
  EXPECT_EQ(change.why, "has not been ready yet");
  EXPECT_THAT(printed(change), ElementsAre(HasSubstr("wait at most")));
}

TEST_F(PlanMachineTest, ARunningMachineIsNotStoppedForAChange) {
  cluster_.machines[1].cpus = 4;
  cluster_.machines[1].memory = 4ULL << 30;
  step::Change change = plan().make();
  EXPECT_EQ(change.action, Action::kSame);
  EXPECT_EQ(change.why, "cpus: 4 instead of 2, memory: 4096M instead of 2048M from its next start");

  cluster_ = sample_cluster();
  cluster_.machines[1].mac = "02:00:00:00:00:01";
  change = plan().make();
  EXPECT_EQ(change.why,
            "seed: another network-config from its next start; another command line of QEMU from its next start");
  EXPECT_THAT(printed(change), ElementsAre(HasSubstr("network-config")));
}

TEST_F(PlanMachineTest, GrowsADiskAndShrinksNone) {
  cluster_.machines[1].disk = 20ULL << 30;
  step::Change change = plan().make();
  EXPECT_EQ(change.why, "disk: 20GiB instead of 10GiB, whose file systems grow at its next start");
  EXPECT_THAT(printed(change), ElementsAre(StartsWith("qemu-img resize")));
  change = plan().resize();
  EXPECT_THAT(printed(change), ElementsAre(StartsWith("qemu-img resize")));

  cluster_.machines[1].disk = 5ULL << 30;
  change = plan().make();
  EXPECT_EQ(change.action, Action::kSame);
  EXPECT_THAT(change.why, HasSubstr("disk: 5GiB instead of 10GiB is not to be had, as disks do not shrink"));
}

TEST_F(PlanMachineTest, TheKeyThatIsYetToBeMadeMakesAnotherSeed) {
  state_.key = {};
  EXPECT_EQ(plan().make().why, "seed: another key to log in with from its next start");
  worker_.seed.reset();
  EXPECT_EQ(plan().make().why, "has no seed");
}

TEST_F(PlanMachineTest, PlugsItInAgain) {
  state_.taps[tap_of(cluster_, cluster_.machines[1]).name].bridge = "other";
  const step::Change change = plan().make();
  EXPECT_EQ(change.why, "is not plugged into bridge1");
  EXPECT_THAT(printed(change), ElementsAre(HasSubstr("remember"), HasSubstr("master bridge1 up")));
}

TEST_F(PlanMachineTest, TellsThatAMachineStandsStill) {
  worker_.status = "io-error";
  EXPECT_EQ(plan().make().why, "stands still (io-error: is the host's disk full?)");
  worker_.status = "";
  EXPECT_EQ(plan().make().why, "");
}

TEST_F(PlanMachineTest, IsAServiceWhereSystemdIs) {
  state_ = state_with_nothing(cluster_);
  state_.has_systemd = true;
  step::Change change = plan().make();
  const std::string unit = unit_name(cluster_, "worker-0");
  const auto lines = printed(change);
  EXPECT_THAT(lines, ::testing::Contains("systemctl daemon-reload"));
  EXPECT_THAT(lines, ::testing::Contains("systemctl enable " + unit));
  EXPECT_THAT(lines, ::testing::Contains("systemctl start " + unit));
  EXPECT_THAT(lines, ::testing::Each(Not(HasSubstr("setsid"))));

  state_ = state_with_all(cluster_);
  add_systemd(cluster_, state_);
  change = plan().make();
  EXPECT_EQ(change.action, Action::kSame) << change.why;
  cluster_.hypervisor.autostart = false;
  change = plan().make();
  EXPECT_EQ(change.why, "starts with the host");
  EXPECT_THAT(printed(change), ElementsAre("systemctl disable " + unit));
  cluster_.hypervisor.autostart = true;
  state_.files.begin()->second += "# old";
  EXPECT_THAT(plan().make().why, HasSubstr("file: "));
  EXPECT_THAT(printed(plan().stop()), ElementsAre("systemctl stop " + unit));
}

TEST_F(PlanMachineTest, StopsAndStartsAnew) {
  EXPECT_THAT(printed(plan().stop()), ElementsAre(HasSubstr("power button")));
  EXPECT_EQ(plan().stop().why, "is to be off");
  const step::Change restart = plan().restart();
  EXPECT_EQ(restart.why, "is to start anew");
  EXPECT_THAT(printed(restart), ElementsAre(HasSubstr("power button"), HasSubstr("setsid"), HasSubstr("wait at most")));
  worker_.running.reset();
  EXPECT_EQ(plan().stop().action, Action::kSame);
  EXPECT_THAT(printed(plan().restart()), ElementsAre(HasSubstr("setsid"), HasSubstr("wait at most")));
}

TEST_F(PlanMachineTest, RemovesAllThatTheLedgerSays) {
  state_.entries = {{kMachineKind, "worker-0", kQemuDetail},
                    {kTapKind, "ks1", "worker-0"},
                    {kTapKind, "ks2", "controller-0"},
                    {kFileKind, "/etc/systemd/network/x", "worker-0"}};
  step::Change change = plan_removal(cluster_, worker_, state_);
  EXPECT_EQ(change.action, Action::kRemove);
  EXPECT_THAT(printed(change),
              ElementsAre(HasSubstr("power button"), "rm -f /etc/systemd/network/x",
                          "# forget machine file /etc/systemd/network/x", "ip link delete dev ks1", "# forget tap ks1",
                          "rm -rf /srv/x/machines/worker-0", "# forget machine worker-0"));
  add_systemd(cluster_, state_);
  change = plan_removal(cluster_, worker_, state_);
  EXPECT_EQ(printed(change).front(), "systemctl disable --now " + unit_name(cluster_, "worker-0"));
}

}  // namespace
}  // namespace provisioner::hypervisor
