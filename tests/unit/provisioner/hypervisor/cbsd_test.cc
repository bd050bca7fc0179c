#include "provisioner/hypervisor/cbsd.h"

#include <gmock/gmock.h>

#include "tests/unit/provisioner/hypervisor/cbsd_workplace.h"

namespace provisioner::hypervisor {
namespace {

using ::testing::ElementsAre;
using ::testing::EndsWith;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

TEST(Cbsd, IsCalledWithoutColours) {
  EXPECT_EQ(step::shell_text(cbsd_command({"bls", "header=0"})), "env NOCOLOR=1 cbsd bls header=0");
}

TEST(Cbsd, ListsItsMachines) {
  const auto machines = parse_bls(
      "controller-0  On                    2231  8192  2  \n"
      "worker-0      Off                   0     4096  4  \n"
      "other         Maintenance:Stopping  -     -     -  \n\n");
  ASSERT_TRUE(machines) << machines.error().message;
  EXPECT_THAT(*machines, ElementsAre(CbsdListing{"controller-0", "On", 2231, 8ULL << 30, 2},
                                     CbsdListing{"worker-0", "Off", 0, 4ULL << 30, 4},
                                     CbsdListing{"other", "Maintenance:Stopping", 0, 0, 0}));
  EXPECT_TRUE(machines->at(0).is_on());
  EXPECT_FALSE(machines->at(1).is_on());
  EXPECT_THAT(parse_bls("").value(), IsEmpty());
  EXPECT_THAT(parse_bls("No such command: bls\n").error().message, HasSubstr("cannot understand"));
}

TEST(Cbsd, KnowsAMachineByItsExitCode) {
  CbsdWorkplace cbsd;
  EXPECT_FALSE(is_known_to_cbsd(cbsd.place.host(), "worker-0").value());
  cbsd.put("worker-0", "pid", "0");
  EXPECT_TRUE(is_known_to_cbsd(cbsd.place.host(), "worker-0").value());
  cbsd.place.host().answer("env NOCOLOR=1 cbsd jstatus", "no such conf file", 127);
  EXPECT_FALSE(is_known_to_cbsd(cbsd.place.host(), "worker-0"));
}

TEST(Cbsd, TellsTheCardOfTheMachineAmongAll) {
  CbsdWorkplace cbsd;
  cbsd.put("controller-0", "mac", "00:a0:98:11:22:33");
  cbsd.put("worker-0", "mac", "00:a0:98:AA:bb:cc");
  EXPECT_EQ(cbsd_mac(cbsd.place.host(), "worker-0").value(), "00:a0:98:aa:bb:cc");
  EXPECT_THAT(cbsd_mac(cbsd.place.host(), "worker-1").error().message, HasSubstr("no network card of worker-1"));
  cbsd.put("worker-0", "mac", "0");
  EXPECT_FALSE(cbsd_mac(cbsd.place.host(), "worker-0"));
}

TEST(Cbsd, LivesInItsUsersHome) {
  CbsdWorkplace cbsd;
  EXPECT_EQ(cbsd_folder(cbsd.place.host()).value(), "/usr/jails");
  cbsd.place.host().answer("getent passwd cbsd", "", 2);
  EXPECT_THAT(cbsd_folder(cbsd.place.host()).error().message, HasSubstr("run cbsd initenv first"));
  cbsd.place.host().answer("getent passwd cbsd", "cbsd:*:150:150::/a b:/bin/sh\n");
  EXPECT_FALSE(cbsd_folder(cbsd.place.host()));
}

TEST(RunCbsd, QuotesWhatCbsdComplainsOnItsStandardOutput) {
  CbsdWorkplace cbsd;
  cbsd.fail("bstart", "No such domain: worker-0");
  RunCbsd start("worker-0", cbsd_command({"bstart", "inter=0", "jname=worker-0"}), CbsdAim::kOn);
  EXPECT_EQ(start.carry_out(cbsd.place).error().message,
            "env NOCOLOR=1 cbsd bstart inter=0 jname=worker-0 ended with exit code 1: No such domain: worker-0");
}

TEST(RunCbsd, LooksWhetherItIsDone) {
  CbsdWorkplace cbsd;
  for (const char* what : {"ram", "cpus"}) cbsd.put("worker-0", what, "0");
  cbsd.put("worker-0", "status", "Off");
  cbsd.put("worker-0", "pid", "0");
  RunCbsd start("worker-0", cbsd_command({"bstart", "jname=worker-0"}), CbsdAim::kOn);
  EXPECT_EQ(start.print(), "env NOCOLOR=1 cbsd bstart jname=worker-0");
  EXPECT_TRUE(start.carry_out(cbsd.place));
  EXPECT_THAT(cbsd.place.told, ElementsAre("cbsd bstart"));

  cbsd.put("worker-0", "protected", "1");
  const auto removed =
      RunCbsd("worker-0", cbsd_command({"bremove", "jname=worker-0"}), CbsdAim::kGone).carry_out(cbsd.place);
  ASSERT_FALSE(removed);
  EXPECT_THAT(removed.error().message, HasSubstr("CBSD says that worker-0 is On; it said: Protected/locked jail."));

  cbsd.ignore("bstop", "nothing happens");
  EXPECT_THAT(RunCbsd("worker-0", cbsd_command({"bstop", "jname=worker-0"}), CbsdAim::kOff)
                  .carry_out(cbsd.place)
                  .error()
                  .message,
              EndsWith("nothing happens\n"));
}

}  // namespace
}  // namespace provisioner::hypervisor
