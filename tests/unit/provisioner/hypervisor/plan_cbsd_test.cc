#include "provisioner/hypervisor/plan_cbsd.h"

#include <gmock/gmock.h>

#include "tests/unit/provisioner/hypervisor/cbsd_cluster.h"

namespace provisioner::hypervisor {
namespace {

using step::Action;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;

std::vector<Action> actions_of(const std::vector<step::Change>& changes) {
  std::vector<Action> actions;
  for (const auto& change : changes) actions.push_back(change.action);
  return actions;
}

TEST(PlanCbsd, CallsCbsdInThisOrder) {
  CbsdHost host;
  const auto changes = host.plan();
  EXPECT_THAT(actions_of(changes), ElementsAre(Action::kCreate, Action::kCreate));
  EXPECT_EQ(changes.at(0).why, "is not there");
  EXPECT_EQ(changes.at(0).machine, "controller-0");
  host.cluster.machines.resize(1);
  host.cbsd.take_log();
  EXPECT_EQ(host.carry_out(host.plan()), "");
  EXPECT_EQ(host.cbsd.take_log(),
            // observe
            "bls header=0 shownode=0 display=jname,status,jid,vm_ram,vm_cpus\n"
            "jstatus jname=controller-0\n"
            // carry out, and look after each
            "bcreate inter=0 jconf=" +
                host.cbsd.jconf().string() +
                " runasap=0\n"
                "bls header=0 shownode=0 display=jname,status,jid,vm_ram,vm_cpus\n"
                "bhyve-nic-list header=0 shownode=0 display=jname,nic_hwaddr jname=controller-0\n"
                "bstart inter=0 jname=controller-0\n"
                "bls header=0 shownode=0 display=jname,status,jid,vm_ram,vm_cpus\n"
                "bls header=0 shownode=0 display=jname,status,jid,vm_ram,vm_cpus\n");
}

TEST(PlanCbsd, MakesWhatIsWanted) {
  CbsdHost host;
  host.apply();
  EXPECT_EQ(host.cbsd.of("worker-0", "status"), "On");
  EXPECT_EQ(host.cbsd.of("worker-0", "ram"), "8589934592");
  EXPECT_EQ(host.cbsd.of("worker-0", "address"), "10.10.0.21/24");
  const std::string seed = "/usr/jails/jails-system/worker-0/cloud-init/";
  FakeHost& machine = host.cbsd.place.host();
  EXPECT_THAT(machine.content(seed + "network-config"), HasSubstr(host.cbsd.of("worker-0", "mac")));
  EXPECT_THAT(machine.content(seed + "meta-data"), HasSubstr("local-hostname: \"worker-0\""));
  EXPECT_THAT(machine.content(seed + "user-data"), HasSubstr("#cloud-config"));
  EXPECT_TRUE(host.cbsd.place.ledger().find("machine", "worker-0"));
}

TEST(PlanCbsd, DoesNothingTheSecondTime) {
  CbsdHost host;
  host.apply();
  const auto changes = host.plan();
  EXPECT_THAT(actions_of(changes), ElementsAre(Action::kSame, Action::kSame));
  for (const auto& change : changes) {
    EXPECT_THAT(change.steps, IsEmpty());
    EXPECT_EQ(change.why, "");
  }
}

TEST(PlanCbsd, GoesOnWhereItStopped) {
  CbsdHost host;
  host.cbsd.fail("bstart", "no such image");
  EXPECT_THAT(host.carry_out(host.plan()), HasSubstr("no such image"));
  host.cbsd.forgive("bstart");
  host.cbsd.take_log();
  const auto changes = host.plan();
  EXPECT_THAT(actions_of(changes), ElementsAre(Action::kChange, Action::kCreate));
  EXPECT_EQ(changes.at(0).why, "is Off");
  EXPECT_EQ(host.carry_out(host.plan()), "");
  const std::string log = host.cbsd.take_log();
  EXPECT_EQ(log.find("bcreate"), log.rfind("bcreate")) << "of worker-0 alone: " << log;
}

TEST(PlanCbsd, MakesAnewWhatWasMadeInPart) {
  CbsdHost host;
  host.cluster.machines.resize(1);
  auto state = host.observe();
  state.machines.at(0).is_claimed = true;
  state.machines.at(0).is_known = true;  // jstatus knows it, bls does not
  const auto changes = CbsdHost::machines_of(plan_cbsd(host.cluster, state, {}));
  EXPECT_EQ(changes.at(0).why, "was made in part");
  EXPECT_EQ(changes.at(0).steps.at(1)->print(), "env NOCOLOR=1 cbsd bremove jname=controller-0");
}

TEST(PlanCbsd, NeverStopsAMachineForAChange) {
  CbsdHost host;
  host.apply();
  host.cluster.machines.at(1).memory = 4ULL << 30;
  host.cluster.machines.at(1).cpus = 4;
  host.cluster.hypervisor.autostart = false;
  host.cluster.domain = "other.home.arpa";
  const auto changes = host.plan();
  EXPECT_EQ(changes.at(1).action, Action::kChange);
  EXPECT_EQ(changes.at(1).why,
            "autostart: false instead of true; cpus: 4 instead of 2 from its next start; memory: 4GiB instead of 8GiB "
            "from its next start; another seed from its next start");
  EXPECT_EQ(host.carry_out(host.plan()), "");
  const std::string log = host.cbsd.take_log();
  EXPECT_THAT(log, HasSubstr("bset jname=worker-0 astart=0 vm_cpus=4 vm_ram=4294967296\n"));
  EXPECT_THAT(log, Not(HasSubstr("bstop")));
  EXPECT_THAT(actions_of(host.plan()), ElementsAre(Action::kSame, Action::kSame));
}

TEST(PlanCbsd, TellsWhatOnlyANewMachineWouldHave) {
  CbsdHost host;
  host.apply();
  host.cluster.machines.at(1).disk = 20ULL << 30;
  host.cluster.node_network->bridge = "bridge2";
  const auto changes = host.plan();
  EXPECT_EQ(changes.at(1).action, Action::kSame);
  EXPECT_EQ(
      changes.at(1).why,
      "bridge: bridge2 instead of bridge1 is not to be had without a new machine; disk: 20GiB instead of 10GiB is "
      "not to be had without a new machine");
}

TEST(PlanCbsd, RemovesWhatIsNotWantedAnyMore) {
  CbsdHost host;
  host.apply();
  host.cluster.machines.resize(1);
  const auto changes = host.plan();
  EXPECT_THAT(actions_of(changes), ElementsAre(Action::kSame, Action::kRemove));
  EXPECT_EQ(host.carry_out(host.plan()), "");
  EXPECT_FALSE(host.cbsd.has("worker-0"));
  EXPECT_TRUE(host.cbsd.has("controller-0"));
  EXPECT_FALSE(host.cbsd.place.ledger().find("machine", "worker-0"));
  EXPECT_THAT(host.cbsd.take_log(), HasSubstr("bstop inter=0 jname=worker-0\n"));
}

TEST(PlanCbsd, MakesTheKeyFirstAndTakesItLast) {
  CbsdHost host;
  FakeHost& machine = host.cbsd.place.host();
  const std::string key = host.cluster.hypervisor.folder + "/ssh/id_ed25519";
  ASSERT_TRUE(machine.remove(key));
  ASSERT_TRUE(machine.remove(key + ".pub"));
  machine.react("ssh-keygen", [&](const step::Command&) {
    machine.put(key, "private", 0600);
    machine.put(key + ".pub", std::string(kCbsdOwnKey) + "\n");
    return base::Output{};
  });
  EXPECT_EQ(host.carry_out(plan_cbsd(host.cluster, host.observe(), {})), "");
  EXPECT_THAT(machine.content("/usr/jails/jails-system/worker-0/cloud-init/user-data"), HasSubstr("OwnKeyOwnKey"));
  host.cluster.machines.clear();
  const auto changes = plan_cbsd(host.cluster, host.observe(), {});
  ASSERT_EQ(changes.size(), 4U);
  EXPECT_EQ(changes.at(2).kind, "ssh key");
  EXPECT_EQ(changes.at(3).kind, "folder");
  EXPECT_EQ(host.carry_out(plan_cbsd(host.cluster, host.observe(), {})), "");
  EXPECT_FALSE(host.cbsd.has("worker-0"));
  EXPECT_THAT(host.cbsd.place.ledger().entries(), IsEmpty());
  EXPECT_THAT(machine.content(key), "");
  EXPECT_THAT(plan_cbsd(host.cluster, host.observe(), {}), IsEmpty());
}

TEST(PlanCbsd, KeepsTheClaimOnWhatCbsdDoesNotGiveUp) {
  CbsdHost host;
  host.apply();
  host.cbsd.put("worker-0", "protected", "1");
  host.cluster.machines.resize(1);
  EXPECT_THAT(host.carry_out(host.plan()), HasSubstr("Protected/locked jail"));
  EXPECT_TRUE(host.cbsd.place.ledger().find("machine", "worker-0"));
}

TEST(PlanCbsd, PrintsAScript) {
  CbsdHost host;
  std::string script;
  const auto changes = host.plan();
  for (const auto& step : changes.at(1).steps) script += step->print() + "\n";
  EXPECT_THAT(script, HasSubstr("install -m 0600 /dev/stdin /var/lib/keepstate/hard-way/machines/worker-0/cbsd.jconf"));
  EXPECT_THAT(script,
              HasSubstr("env NOCOLOR=1 cbsd bcreate inter=0 jconf=/var/lib/keepstate/hard-way/machines/worker-0/"
                        "cbsd.jconf runasap=0\n"));
  EXPECT_THAT(script, HasSubstr("/usr/jails/jails-system/worker-0/cloud-init/network-config"));
}

TEST(PlanPowerOfCbsd, TurnsMachinesOffAndOn) {
  CbsdHost host;
  host.apply();
  EXPECT_EQ(host.carry_out(plan_power(host.cluster, host.observe(), {}, PowerWish::kOff, {"worker-0", "nobody"})), "");
  EXPECT_EQ(host.cbsd.of("worker-0", "status"), "Off");
  EXPECT_THAT(actions_of(plan_power(host.cluster, host.observe(), {}, PowerWish::kOff, {"worker-0"})),
              ElementsAre(Action::kSame));
  EXPECT_EQ(host.carry_out(plan_power(host.cluster, host.observe(), {}, PowerWish::kOn, {"worker-0"})), "");
  EXPECT_EQ(host.cbsd.of("worker-0", "status"), "On");
  host.cbsd.take_log();
  const auto changes =
      CbsdHost::machines_of(plan_power(host.cluster, host.observe(), {}, PowerWish::kRestart, {"worker-0"}));
  EXPECT_EQ(changes.at(0).why, "is to start anew");
  EXPECT_EQ(host.carry_out(plan_power(host.cluster, host.observe(), {}, PowerWish::kRestart, {"worker-0"})), "");
  EXPECT_THAT(host.cbsd.take_log(), HasSubstr("bstop inter=0 jname=worker-0\n"));
}

TEST(PlanResizeOfCbsd, ChangesOnlySizes) {
  CbsdHost host;
  host.apply();
  host.cluster.machines.at(1).cpus = 8;
  host.cluster.domain = "other.home.arpa";
  const auto changes = plan_resize(host.cluster, host.observe(), {}, {"worker-0"});
  ASSERT_EQ(changes.size(), 1U);
  EXPECT_EQ(changes.at(0).why, "cpus: 8 instead of 2 from its next start");
  EXPECT_EQ(changes.at(0).steps.size(), 2U);
}

TEST(CheckRoomOfCbsd, CountsWhatIsStillToCome) {
  CbsdHost host;
  auto state = host.observe();
  EXPECT_TRUE(check_room(host.cluster, state));
  state.memory = 8ULL << 30;
  EXPECT_EQ(
      check_room(host.cluster, state).error().message,
      "the machines ask for 16GiB of memory, and the host has 8GiB; lower machineDefaults.memory or that of single "
      "machines");
  state.memory = 16ULL << 30;
  state.free_disk = 10ULL << 30;
  EXPECT_THAT(check_room(host.cluster, state).error().message,
              HasSubstr("ask for 20GiB, and 10GiB is free where CBSD keeps them (/usr/jails)"));
  host.apply();
  state = host.observe();
  state.free_disk = 0;
  EXPECT_TRUE(check_room(host.cluster, state));
}

}  // namespace
}  // namespace provisioner::hypervisor
